/**
 * A synthetic curriculum: a seeded, endless source of small items in the shape of the eight corpora, cut into training,
 * few-shot and test items by a hash of their text, and files of them in the official layouts. All text is self-written.
 */
package mhc.datasets.curriculum;
