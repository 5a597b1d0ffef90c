/** What is asked and how it is scored: pure functions from examples to requests and from answers to scores. */
package mhc.eval;
