package mhc.reports;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What paired tests and clustered errors need of a model's examples of one benchmark, by column: entry i of each array is
 * about the same example.
 *
 * @param prompts of the requests' hashes, 64 bits each
 * @param metrics by metric key; NaN where an example failed or lacks the metric
 */
record ExampleScores(String[] ids, String[] tasks, String[] clusters, long[] prompts, Map<String, double[]> metrics)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    int size() {
        return ids.length;
    }

    /** All examples in id order. */
    static ExampleScores joined(List<ExampleScores> parts) {
        String[] ids = strings(parts.stream().map(ExampleScores::ids).toList());
        String[] tasks = strings(parts.stream().map(ExampleScores::tasks).toList());
        String[] clusters = strings(parts.stream().map(ExampleScores::clusters).toList());
        long[] prompts = parts.stream()
                .flatMapToLong(part -> Arrays.stream(part.prompts))
                .toArray();
        TreeSet<String> names = new TreeSet<>();
        parts.forEach(part -> names.addAll(part.metrics.keySet()));
        Map<String, double[]> metrics = new TreeMap<>();
        for (String name : names) {
            metrics.put(
                    name,
                    parts.stream()
                            .flatMapToDouble(part -> Arrays.stream(part.column(name)))
                            .toArray());
        }
        int[] order = IntStream.range(0, ids.length)
                .boxed()
                .sorted(Comparator.comparing(i -> ids[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        metrics.replaceAll((name, values) ->
                Arrays.stream(order).mapToDouble(i -> values[i]).toArray());
        return new ExampleScores(
                ordered(ids, order),
                ordered(tasks, order),
                ordered(clusters, order),
                Arrays.stream(order).mapToLong(i -> prompts[i]).toArray(),
                metrics);
    }

    private double[] column(String metric) {
        double[] values = metrics.get(metric);
        if (values == null) {
            values = new double[ids.length];
            Arrays.fill(values, Double.NaN);
        }
        return values;
    }

    private static String[] strings(List<String[]> parts) {
        return parts.stream().flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static String[] ordered(String[] values, int[] order) {
        return Arrays.stream(order).mapToObj(i -> values[i]).toArray(String[]::new);
    }

    /** The same scores, sharing the ids and clusters of another model where these are equal. */
    ExampleScores sharing(ExampleScores other) {
        return new ExampleScores(
                Arrays.equals(ids, other.ids) ? other.ids : ids,
                Arrays.equals(tasks, other.tasks) ? other.tasks : tasks,
                Arrays.equals(clusters, other.clusters) ? other.clusters : clusters,
                prompts,
                metrics);
    }

    /** Of each example; one that failed, or lacks the metric, scores 0: failures never flatter a model. */
    double[] scores(String metric) {
        return Arrays.stream(column(metric))
                .map(value -> Double.isNaN(value) ? 0 : value)
                .toArray();
    }
}
