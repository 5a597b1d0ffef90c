package mhc.eval.stats;

/**
 * Tango's score interval for a difference of paired proportions (Statistics in Medicine 17:891, 1998): the differences
 * that the score test does not reject at 5%. Unlike an interval of plus or minus two standard errors it keeps its
 * coverage with few or no discordant pairs. Clustered examples count as fewer: all counts are divided by the design
 * effect (Rao and Scott, Biometrics 48:577, 1992), the ratio of clustered to independent variance where that exceeds 1.
 */
final class ScoreInterval {
    private static final int BISECTIONS = 100;

    private ScoreInterval() {}

    static Interval of(PairedScores scores) {
        double effect = designEffect(scores);
        return of(scores.won() / effect, scores.lost() / effect, scores.n() / effect);
    }

    /**
     * What the shares of won and lost examples alone allow when scores lie between 0 and 1: a mean difference cannot exceed
     * the share of won examples, nor fall below minus the share of lost ones. Every cluster counts as one example.
     */
    static Interval bounds(PairedScores scores) {
        int clusters = scores.clusters().size();
        double size = (double) scores.n() / clusters;
        return new Interval(-upper(scores.lost() / size, 0, clusters), upper(scores.won() / size, 0, clusters));
    }

    /** With no discordant pair, or a single cluster, nothing can be estimated: every cluster counts as one example. */
    private static double designEffect(PairedScores scores) {
        double ratio = scores.stderr() / scores.independentStderr();
        if (Double.isNaN(ratio)) {
            return (double) scores.n() / scores.clusters().size();
        }
        return Math.max(1, ratio * ratio);
    }

    /**
     * @param won pairs that only the second model gets right; need not be whole
     * @param lost pairs that only the first model gets right
     * @param n all pairs
     */
    static Interval of(double won, double lost, double n) {
        return new Interval(-upper(lost, won, n), upper(won, lost, n));
    }

    /** Largest difference that is not rejected, by bisection: the score statistic falls as the difference grows. */
    private static double upper(double won, double lost, double n) {
        double kept = (won - lost) / n;
        double rejected = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (kept + rejected) / 2;
            if (statistic(won, lost, n, middle) < -Difference.Z_95) {
                rejected = middle;
            } else {
                kept = middle;
            }
        }
        return kept;
    }

    /** (won - lost - n delta) over its standard deviation, at the likeliest share of lost pairs given delta. */
    private static double statistic(double won, double lost, double n, double delta) {
        double b = (2 * n - won + lost) * delta - won - lost;
        double c = -lost * delta * (1 - delta);
        double lostShare = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
        double variance = n * (2 * lostShare + delta * (1 - delta));
        double distance = won - lost - n * delta;
        return variance > 0 ? distance / Math.sqrt(variance) : Math.signum(distance) * Double.POSITIVE_INFINITY;
    }
}
