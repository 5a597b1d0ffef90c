package mhc.eval.stats;

import java.util.Arrays;
import java.util.List;

/**
 * Studentised paired bootstrap over clusters (Hall, Annals of Statistics 16:927, 1988; for clusters Cameron, Gelbach and
 * Miller, Review of Economics and Statistics 90:414, 2008): whole clusters are drawn with replacement, and the distance
 * between each resample's mean and the sample's is measured in the resample's own clustered standard errors. Test and
 * interval rest on the same draws: the interval excludes 0 exactly when p is below 5%. The draws are seeded by the
 * cluster names, so that the same examples give the same figures in every run and for every order of rows.
 *
 * @param p two-sided, (1 + draws at least as extreme) / (1 + draws)
 */
record ClusterBootstrap(double p, Interval interval) {

    /** Draws of a comparison: p is a multiple of 1/10,000. */
    static final int DRAWS = 9_999;

    private static final double LEVEL = Difference.LEVEL;

    static ClusterBootstrap of(PairedScores scores, int draws) {
        List<ClusterSum> clusters = scores.clusters();
        double delta = scores.delta();
        if (clusters.size() < 2) {
            return new ClusterBootstrap(1, Interval.WHOLE);
        }
        if (scores.won() + scores.lost() == 0) {
            return new ClusterBootstrap(1, ScoreInterval.bounds(scores));
        }
        double stderr = scores.stderr();
        if (stderr <= Math.ulp(1.0)) {
            return unanimous(delta, clusters.size());
        }
        double[] distances = distances(clusters, delta, draws);
        double seen = Math.abs(delta) / stderr;
        long asExtreme = Arrays.stream(distances).filter(d -> d >= seen).count();
        int allowed = (int) Math.ceil(LEVEL * (draws + 1)) - 2; // most draws that may lie as far out while p < LEVEL
        double critical = distances[draws - 1 - allowed];
        // where few clusters differ, many resamples show no noise and the critical distance is infinite: bounds remain
        Interval interval = Interval.around(delta, critical * stderr).within(ScoreInterval.bounds(scores));
        return new ClusterBootstrap((1.0 + asExtreme) / (1.0 + draws), interval);
    }

    /** All clusters differ alike, so that resampling shows no noise: what is left is the exact test on their signs. */
    private static ClusterBootstrap unanimous(double delta, int clusters) {
        double p = Math.scalb(1.0, 1 - clusters);
        return new ClusterBootstrap(p, p < LEVEL ? new Interval(delta, delta) : Interval.WHOLE);
    }

    /** Absolute studentised distances of the resamples' means from the sample's, ascending. */
    private static double[] distances(List<ClusterSum> clusters, double delta, int draws) {
        int groups = clusters.size();
        double[] sizes = clusters.stream().mapToDouble(ClusterSum::n).toArray();
        double[] residuals =
                clusters.stream().mapToDouble(c -> c.residual(delta)).toArray();
        SplitMix random = SplitMix.seededBy(clusters.stream().map(ClusterSum::cluster));
        double[] distances = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            double n = 0;
            double sum = 0;
            double squares = 0;
            double cross = 0;
            double sizeSquares = 0;
            for (int i = 0; i < groups; i++) {
                int pick = random.below(groups);
                double size = sizes[pick];
                double residual = residuals[pick];
                n += size;
                sum += residual;
                squares += residual * residual;
                cross += residual * size;
                sizeSquares += size * size;
            }
            double shift = sum / n;
            // sum over the picks of (residual - shift * size)^2; at or below rounding, the resample shows no noise
            double spread = squares - 2 * shift * cross + shift * shift * sizeSquares;
            double stderr = Math.sqrt(Math.max(0, spread) * groups / (groups - 1)) / n;
            distances[draw] = spread > squares * 1e-12 ? Math.abs(shift) / stderr : Double.POSITIVE_INFINITY;
        }
        Arrays.sort(distances);
        return distances;
    }
}
