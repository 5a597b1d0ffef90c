/** Checkpoints as language models: what a caller sees of them. */
package mhc.model;
