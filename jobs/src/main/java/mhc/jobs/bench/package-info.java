/** Inference on the corpora, reports and whole clusters by themselves: how fast they are, and what they withstand. */
package mhc.jobs.bench;
