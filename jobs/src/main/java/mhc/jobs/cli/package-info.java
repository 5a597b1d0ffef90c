/** The command line. */
package mhc.jobs.cli;
