package mhc.eval.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Scores of two models on the same examples, kept in id order, so that nothing computed from them depends on the order
 * in which they came.
 */
public final class PairedScores {
    private final double[] differences;
    private final boolean binary;
    private final List<ClusterSum> clusters;

    /**
     * One example.
     *
     * @param cluster unit of randomisation: examples of one cluster are not independent
     * @param a score of the first model, 0 to 1; 0 where it failed
     * @param b score of the second model, 0 to 1; 0 where it failed
     */
    public record Pair(String id, String cluster, double a, double b) {}

    /** @throws IllegalArgumentException when there is no pair, an id comes twice, or a score is not 0 to 1 */
    public static PairedScores of(List<Pair> unordered) {
        List<Pair> pairs =
                unordered.stream().sorted(Comparator.comparing(Pair::id)).toList();
        for (int i = 1; i < pairs.size(); i++) {
            if (pairs.get(i).id().equals(pairs.get(i - 1).id())) {
                throw new IllegalArgumentException("Example " + pairs.get(i).id() + " comes twice");
            }
        }
        return new PairedScores(
                Groups.of(pairs.stream().map(Pair::cluster).toList()),
                pairs.stream().mapToDouble(Pair::a).toArray(),
                pairs.stream().mapToDouble(Pair::b).toArray());
    }

    /**
     * Of examples in id order.
     *
     * @param clusters units of randomisation: examples of one cluster are not independent
     * @param a scores of the first model, 0 to 1; 0 where it failed
     * @param b scores of the second model, 0 to 1; 0 where it failed
     * @throws IllegalArgumentException when there is no example, or a score is not 0 to 1
     */
    public PairedScores(Groups clusters, double[] a, double[] b) {
        if (a.length == 0) {
            throw new IllegalArgumentException("There is no example to compare on");
        }
        differences = new double[a.length];
        boolean binary = true;
        for (int i = 0; i < a.length; i++) {
            if (!(a[i] >= 0 && a[i] <= 1 && b[i] >= 0 && b[i] <= 1)) {
                throw new IllegalArgumentException(
                        "Example " + i + " has scores " + a[i] + " and " + b[i] + ", expected 0 to 1");
            }
            differences[i] = b[i] - a[i];
            binary &= isBinary(a[i]) && isBinary(b[i]);
        }
        this.binary = binary;
        this.clusters = clusters.sums(differences);
    }

    public int n() {
        return differences.length;
    }

    /** Mean of b less mean of a. */
    public double delta() {
        return Arrays.stream(differences).sum() / n();
    }

    /** Examples where b scores higher. */
    public int won() {
        int won = 0;
        for (double difference : differences) {
            won += difference > 0 ? 1 : 0;
        }
        return won;
    }

    /** Examples where b scores lower. */
    public int lost() {
        int lost = 0;
        for (double difference : differences) {
            lost += difference < 0 ? 1 : 0;
        }
        return lost;
    }

    public int tied() {
        return n() - won() - lost();
    }

    /** Whether every score is 0 or 1. */
    public boolean binary() {
        return binary;
    }

    /** Standard error of {@link #delta()}, clustered; NaN with a single cluster. */
    public double stderr() {
        return StandardError.clustered(clusters);
    }

    /** Standard error of {@link #delta()} as if every example were independent; NaN with a single example. */
    double independentStderr() {
        return StandardError.ofMean(differences);
    }

    /** Sums of b - a by cluster, in cluster order. */
    List<ClusterSum> clusters() {
        return clusters;
    }

    private static boolean isBinary(double score) {
        return score == 0 || score == 1;
    }
}
