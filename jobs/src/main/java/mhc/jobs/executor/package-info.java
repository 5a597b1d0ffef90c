/** What runs on executors: one model per device, a shard evaluated and committed. */
package mhc.jobs.executor;
