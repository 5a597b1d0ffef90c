/** Spark ML stages over the same models, questions and scorers as a run: ask a column of requests, score a column of answers. */
package mhc.jobs.ml;
