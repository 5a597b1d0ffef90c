/**
 * Standard errors, paired comparisons and corrections for multiple testing: pure functions whose results depend on the
 * examples alone, never on their order. The formulas and their sources stand in {@code docs/statistics.md}.
 */
package mhc.eval.stats;
