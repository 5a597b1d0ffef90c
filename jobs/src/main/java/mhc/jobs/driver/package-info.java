/** What runs on the driver: evaluation of a whole configuration, progress, report, manifest. */
package mhc.jobs.driver;
