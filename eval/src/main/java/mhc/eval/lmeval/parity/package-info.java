/** Parity with recorded runs of lm-evaluation-harness 0.4.13. */
package mhc.eval.lmeval.parity;
