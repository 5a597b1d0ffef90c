/** Benchmarks of inference on the corpora. */
package mhc.jobs.bench;
