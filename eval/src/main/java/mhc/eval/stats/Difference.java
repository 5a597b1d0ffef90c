package mhc.eval.stats;

import java.io.Serializable;

/**
 * What two models' scores on the same examples say of their difference.
 *
 * @param n examples compared
 * @param clusters independent units among them
 * @param effectiveClusters clusters of equal size that would tell as much, see {@link StandardError#effectiveClusters}
 * @param delta mean of b less mean of a
 * @param stderr clustered standard error of delta, NaN with a single cluster
 * @param low lower end of the 95% confidence interval of delta, which excludes 0 exactly when p is below 5%
 * @param high upper end
 * @param p two-sided, before any correction
 * @param midP mid-p variant of an exact p, which is less conservative; equal to {@code p} for the bootstrap
 * @param won examples where b scores higher
 * @param lost examples where b scores lower
 * @param tied all others
 */
public record Difference(
        int n,
        int clusters,
        double effectiveClusters,
        double delta,
        double stderr,
        double low,
        double high,
        Test test,
        double p,
        double midP,
        int won,
        int lost,
        int tied)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** 97.5% quantile of the standard normal distribution. */
    public static final double Z_95 = 1.959963984540054;

    /** What decides: a difference is shown where its corrected p is below. */
    public static final double LEVEL = 0.05;

    private static final double POWER = 0.8;

    /** How p was found. */
    public enum Test {
        /** Exact McNemar test: every example independent, every score 0 or 1. */
        MCNEMAR("mcnemar-exact"),
        /** The same with whole clusters exchanged between the models. */
        CLUSTERED_MCNEMAR("mcnemar-exact-clustered"),
        /** Studentised paired bootstrap over clusters. */
        BOOTSTRAP("cluster-bootstrap");

        private final String label;

        Test(String label) {
            this.label = label;
        }

        /** Name in tables. */
        public String label() {
            return label;
        }
    }

    /** Exact test for a metric that is 0 or 1 on each example; {@link IllegalArgumentException} for any other. */
    public static Difference exact(PairedScores scores) {
        if (!scores.binary()) {
            throw new IllegalArgumentException("An exact test wants scores of 0 and 1 only");
        }
        boolean independent = scores.clusters().size() == scores.n();
        SignFlips signs = SignFlips.of(scores.clusters());
        Interval interval = independent ? ScoreInterval.of(scores) : ClusterInterval.of(scores);
        return of(
                scores,
                independent ? Test.MCNEMAR : Test.CLUSTERED_MCNEMAR,
                interval.agreeing(signs.p(), scores.delta(), scores.n()),
                signs.p(),
                signs.midP());
    }

    /** Bootstrap test for a metric with values between 0 and 1, such as F1. */
    public static Difference bootstrap(PairedScores scores) {
        ClusterBootstrap bootstrap = ClusterBootstrap.of(scores, ClusterBootstrap.DRAWS);
        return of(scores, Test.BOOTSTRAP, bootstrap.interval(), bootstrap.p(), bootstrap.p());
    }

    private static Difference of(PairedScores scores, Test test, Interval interval, double p, double midP) {
        return new Difference(
                scores.n(),
                scores.clusters().size(),
                StandardError.effectiveClusters(scores.clusters()),
                scores.delta(),
                scores.stderr(),
                interval.low(),
                interval.high(),
                test,
                p,
                midP,
                scores.won(),
                scores.lost(),
                scores.tied());
    }

    /** Where a sample shows no noise at all, or has one cluster only, the interval's half width tells its resolution. */
    public double noise() {
        return stderr > 0 ? stderr : (high - low) / (2 * Z_95);
    }

    /**
     * Smallest true difference that is found in 80% of repetitions at this sample's noise, at the level of Holm's first step:
     * 5% over the number of tests. 1 where so few clusters can show nothing at that level.
     *
     * @param tests in the family
     */
    public double minimumDetectable(int tests) {
        double level = LEVEL / tests;
        boolean powerless = test != Test.BOOTSTRAP && Math.scalb(1.0, 1 - clusters) >= level;
        if (clusters < 2 || powerless) {
            return 1;
        }
        StudentT t = new StudentT(effectiveClusters - 1);
        return Math.min(1, (t.quantile(1 - level / 2) + t.quantile(POWER)) * noise());
    }
}
