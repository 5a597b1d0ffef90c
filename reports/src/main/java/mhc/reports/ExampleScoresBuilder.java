package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.stats.Groups;

/** Adds examples one by one to {@link ExampleScores}. */
final class ExampleScoresBuilder {
    private final List<String> ids = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();
    private final List<String> clusters = new ArrayList<>();
    private final List<Long> prompts = new ArrayList<>();
    private final Map<String, Integer> places = new TreeMap<>();
    private final List<double[]> rows = new ArrayList<>();
    private final List<Integer> options = new ArrayList<>();
    private final Map<String, BitSet> marks = new TreeMap<>();

    /**
     * Adds one.
     *
     * @param hash of its request
     * @param choices that were chosen from, 0 if none
     * @param metrics none for an example that failed
     */
    ExampleScoresBuilder add(
            String id, String task, String cluster, String hash, int choices, Map<String, Double> metrics) {
        ids.add(id);
        tasks.add(task);
        clusters.add(cluster.equals(id) ? id : cluster);
        prompts.add(shortened(hash));
        metrics.keySet().forEach(metric -> places.putIfAbsent(metric, places.size()));
        double[] row = new double[places.size()];
        Arrays.fill(row, Double.NaN);
        metrics.forEach((metric, value) -> row[places.get(metric)] = value);
        rows.add(row);
        options.add(choices);
        return this;
    }

    /** Marks the example added last. */
    void mark(String mark) {
        marks.computeIfAbsent(mark, key -> new BitSet()).set(ids.size() - 1);
    }

    /** 64-bit FNV-1a: what tells the requests of two runs apart must be held for every example. */
    private static long shortened(String hash) {
        long value = 0xcbf29ce484222325L;
        for (int i = 0; i < hash.length(); i++) {
            value = (value ^ hash.charAt(i)) * 0x100000001b3L;
        }
        return value;
    }

    ExampleScores build() {
        Map<String, double[]> metrics = new TreeMap<>();
        places.forEach((metric, place) -> metrics.put(
                metric,
                rows.stream()
                        .mapToDouble(row -> place < row.length ? row[place] : Double.NaN)
                        .toArray()));
        return new ExampleScores(
                ids.toArray(String[]::new),
                Groups.of(tasks),
                Groups.of(clusters),
                prompts.stream().mapToLong(Long::longValue).toArray(),
                options.stream().mapToInt(Integer::intValue).toArray(),
                metrics,
                marks);
    }
}
