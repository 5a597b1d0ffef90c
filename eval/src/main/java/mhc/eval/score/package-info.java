/** Scorers: pure functions that repeat the official behaviour of each benchmark, cited by repository and commit. */
package mhc.eval.score;
