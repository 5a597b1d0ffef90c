/**
 * Requests as forward passes: prefix tree, passes, scoring, greedy decoding. Knows {@code ForwardPasses}, not the
 * engine.
 */
package mhc.model.inference;
