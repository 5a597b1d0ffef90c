/** Trainings of several models from one configuration: documents, progress, curves, stopping and going on. */
package mhc.jobs.train;
