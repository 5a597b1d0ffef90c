package mhc.eval.stats;

/** A confidence interval of a difference of two mean scores. */
record Interval(double low, double high) {

    /** What is known before any evidence: scores lie between 0 and 1. */
    static final Interval WHOLE = new Interval(-1, 1);

    /** {@code centre} plus or minus {@code reach}, which may be infinite. */
    static Interval around(double centre, double reach) {
        return new Interval(centre - reach, centre + reach);
    }

    Interval within(Interval bounds) {
        return new Interval(Math.max(low, bounds.low), Math.min(high, bounds.high));
    }
}
