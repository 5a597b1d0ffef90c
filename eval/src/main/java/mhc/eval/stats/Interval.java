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

    /**
     * The same interval, moved at 0 where it contradicts a test of no difference: 0 belongs to it exactly when p is not below
     * 5%. An end that has to leave 0 goes to the next difference that n examples can show.
     */
    Interval agreeing(double p, double delta, int n) {
        if (p >= Difference.LEVEL) {
            return new Interval(Math.min(low, 0), Math.max(high, 0));
        }
        double step = Math.min(1.0 / n, Math.abs(delta));
        return delta > 0 ? new Interval(Math.max(low, step), high) : new Interval(low, Math.min(high, -step));
    }
}
