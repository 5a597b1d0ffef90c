/** The synthetic curriculum as training text: documents in the very prompts that a protocol's benchmarks ask. */
package mhc.eval.curriculum;
