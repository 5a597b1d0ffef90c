/** Entry point for spark-submit. */
package mhc.jobs;
