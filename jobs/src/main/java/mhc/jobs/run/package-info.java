/** The run directory: prediction files, commits, manifest, and what may be asked of them without a model. */
package mhc.jobs.run;
