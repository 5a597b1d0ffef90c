/** The Spark job and the command line. */
package mhc.jobs;
