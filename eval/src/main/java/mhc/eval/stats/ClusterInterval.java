package mhc.eval.stats;

import java.util.List;

/**
 * Interval of a mean difference from few clusters of unequal size: the bias-reduced clustered error (CR2 of Bell and
 * McCaffrey, Survey Methodology 28:169, 2002) times a quantile of t, whose degrees are the effective number of clusters less
 * one (Carter, Schnepel and Steigerwald, Review of Economics and Statistics 99:698, 2017).
 *
 * <p>Five clusters or fewer cannot exclude 0 at 5% by their signs. 0 then belongs to every interval, so that all of the 5% is
 * spent on the end away from it (Hayter and Hsu, JASA 89:128, 1994).
 *
 * <p>Where hardly a cluster shows a difference, a clustered error says nothing: there {@link ScoreInterval} does.
 */
final class ClusterInterval {
    /** Clusters with a difference that make an error of their own; half of the clusters do as well. */
    private static final int ENOUGH = 10;

    private ClusterInterval() {}

    static Interval of(PairedScores scores) {
        List<ClusterSum> clusters = scores.clusters();
        long differing = clusters.stream().filter(cluster -> cluster.sum() != 0).count();
        boolean enough = clusters.size() > 1
                && differing >= Math.min(ENOUGH, clusters.size() / 2.0)
                && scores.stderr() > Math.ulp(1.0);
        return enough ? around(scores.delta(), clusters) : ScoreInterval.of(scores);
    }

    static Interval around(double delta, List<ClusterSum> clusters) {
        boolean signsCanTell = Math.scalb(1.0, 1 - clusters.size()) < Difference.LEVEL;
        double tail = signsCanTell ? Difference.LEVEL / 2 : Difference.LEVEL;
        double quantile = new StudentT(StandardError.effectiveClusters(clusters) - 1).quantile(1 - tail);
        return Interval.around(delta, quantile * StandardError.biasReduced(clusters))
                .within(Interval.WHOLE);
    }
}
