/** Shards: which examples are evaluated together, from data and configuration alone. */
package mhc.jobs.plan;
