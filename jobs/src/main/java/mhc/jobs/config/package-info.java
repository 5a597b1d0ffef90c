/** Run configurations: YAML and flags to one validated record, with every problem reported at once. */
package mhc.jobs.config;
