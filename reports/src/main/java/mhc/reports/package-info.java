/** Tables and pages from Parquet results alone. */
package mhc.reports;
