package mhc.jobs.bench;

import mhc.datasets.Example;
import mhc.eval.Request;

/** An example of a benchmark, as it is asked. */
record Question(Example example, Request request) {}
