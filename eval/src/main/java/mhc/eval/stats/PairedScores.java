package mhc.eval.stats;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores of two models on the same examples, kept in id order, so that nothing computed from them depends on the order
 * in which they came.
 */
public final class PairedScores {
    private final List<Pair> pairs;
    private final List<ClusterSum> clusters;

    /**
     * One example.
     *
     * @param cluster unit of randomisation: examples of one cluster are not independent
     * @param a score of the first model, 0 to 1; 0 where it failed
     * @param b score of the second model, 0 to 1; 0 where it failed
     */
    public record Pair(String id, String cluster, double a, double b) {
        public Pair {
            if (!(a >= 0 && a <= 1 && b >= 0 && b <= 1)) {
                throw new IllegalArgumentException(
                        "Example " + id + " has scores " + a + " and " + b + ", expected 0 to 1");
            }
        }
    }

    /** @throws IllegalArgumentException when there is no pair, or an id comes twice */
    public PairedScores(List<Pair> unordered) {
        if (unordered.isEmpty()) {
            throw new IllegalArgumentException("There is no example to compare on");
        }
        pairs = unordered.stream().sorted(Comparator.comparing(Pair::id)).toList();
        for (int i = 1; i < pairs.size(); i++) {
            if (pairs.get(i).id().equals(pairs.get(i - 1).id())) {
                throw new IllegalArgumentException("Example " + pairs.get(i).id() + " comes twice");
            }
        }
        Map<String, ClusterSum> sums = new HashMap<>();
        for (Pair pair : pairs) {
            sums.merge(pair.cluster(), new ClusterSum(pair.cluster(), 1, pair.b() - pair.a()), ClusterSum::plus);
        }
        clusters = sums.values().stream().sorted().toList();
    }

    public int n() {
        return pairs.size();
    }

    /** Mean of b less mean of a. */
    public double delta() {
        return pairs.stream().mapToDouble(pair -> pair.b() - pair.a()).sum() / n();
    }

    /** Examples where b scores higher. */
    public int won() {
        return (int) pairs.stream().filter(pair -> pair.b() > pair.a()).count();
    }

    /** Examples where b scores lower. */
    public int lost() {
        return (int) pairs.stream().filter(pair -> pair.b() < pair.a()).count();
    }

    public int tied() {
        return n() - won() - lost();
    }

    /** Whether every score is 0 or 1. */
    public boolean binary() {
        return pairs.stream().allMatch(pair -> isBinary(pair.a()) && isBinary(pair.b()));
    }

    /** Standard error of {@link #delta()}, clustered; NaN with a single cluster. */
    public double stderr() {
        return StandardError.clustered(clusters);
    }

    /** Standard error of {@link #delta()} as if every example were independent; NaN with a single example. */
    double independentStderr() {
        return StandardError.ofMean(
                pairs.stream().mapToDouble(pair -> pair.b() - pair.a()).toArray());
    }

    /** Sums of b - a by cluster, in cluster order. */
    List<ClusterSum> clusters() {
        return clusters;
    }

    private static boolean isBinary(double score) {
        return score == 0 || score == 1;
    }
}
