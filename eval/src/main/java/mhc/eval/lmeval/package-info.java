/**
 * The {@code lm-eval} protocol: prompts, exemplars, extracted answers and metric values of lm-evaluation-harness 0.4.13,
 * its known faults kept, and the parity check against recorded runs of it.
 */
package mhc.eval.lmeval;
