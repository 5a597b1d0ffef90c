package mhc.eval.stats;

import java.io.Serializable;

/**
 * What two models' scores on the same examples say of their difference.
 *
 * @param n examples compared
 * @param clusters independent units among them
 * @param delta mean of b less mean of a
 * @param low lower end of the 95% confidence interval of delta
 * @param high upper end
 * @param p two-sided, before any correction
 * @param midP mid-p variant of an exact p, which is less conservative; equal to {@code p} for the bootstrap
 * @param won examples where b scores higher
 * @param lost examples where b scores lower
 * @param tied all others
 * @param minimumDetectable smallest true difference that a test at 5% finds in 80% of repetitions at this sample's noise
 */
public record Difference(
        int n,
        int clusters,
        double delta,
        double low,
        double high,
        Test test,
        double p,
        double midP,
        int won,
        int lost,
        int tied,
        double minimumDetectable)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** 97.5% quantile of the standard normal distribution. */
    public static final double Z_95 = 1.959963984540054;

    /** 80% quantile of the standard normal distribution. */
    static final double Z_POWER_80 = 0.8416212335729143;

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
        Test test = scores.clusters().size() == scores.n() ? Test.MCNEMAR : Test.CLUSTERED_MCNEMAR;
        SignFlips signs = SignFlips.of(scores.clusters());
        return of(scores, test, ScoreInterval.of(scores), signs.p(), signs.midP());
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
                scores.delta(),
                interval.low(),
                interval.high(),
                test,
                p,
                midP,
                scores.won(),
                scores.lost(),
                scores.tied(),
                minimumDetectable(scores.stderr(), interval));
    }

    /** Where a sample shows no noise at all, or has one cluster only, the interval's half width tells its resolution. */
    private static double minimumDetectable(double stderr, Interval interval) {
        double noise = stderr > 0 ? stderr : (interval.high() - interval.low()) / (2 * Z_95);
        return Math.min(1, (Z_95 + Z_POWER_80) * noise);
    }
}
