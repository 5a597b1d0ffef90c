package mhc.reports;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import mhc.eval.BenchmarkTally;
import mhc.eval.stats.Groups;

/**
 * What paired tests and clustered errors need of a model's examples of one benchmark, by column: entry i of each array is
 * about the same example.
 *
 * @param prompts of the requests' hashes, 64 bits each
 * @param options that were chosen from; 0 where a text was generated, and where an example failed
 * @param metrics by metric key; NaN where an example failed or lacks the metric
 * @param marks {@link #FAILED}, {@link #TRUNCATED}, and {@link #nothing} of each filter: examples of which it is true
 */
record ExampleScores(
        String[] ids,
        Groups tasks,
        Groups clusters,
        long[] prompts,
        int[] options,
        Map<String, double[]> metrics,
        Map<String, BitSet> marks)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static final String FAILED = "failed";
    static final String TRUNCATED = "truncated";

    /** Mark of examples of whose text this filter took no answer. */
    static String nothing(String filter) {
        return "nothing," + filter;
    }

    int size() {
        return ids.length;
    }

    boolean is(String mark, int example) {
        BitSet examples = marks.get(mark);
        return examples != null && examples.get(example);
    }

    long count(String mark) {
        BitSet examples = marks.get(mark);
        return examples == null ? 0 : examples.cardinality();
    }

    /** All examples in id order. */
    static ExampleScores joined(List<ExampleScores> parts) {
        String[] ids = parts.stream().flatMap(part -> Arrays.stream(part.ids)).toArray(String[]::new);
        int[] order = IntStream.range(0, ids.length)
                .boxed()
                .sorted(Comparator.comparing(i -> ids[i]))
                .mapToInt(Integer::intValue)
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
        return new ExampleScores(
                        ids,
                        Groups.joined(parts.stream().map(ExampleScores::tasks).toList()),
                        Groups.joined(
                                parts.stream().map(ExampleScores::clusters).toList()),
                        parts.stream()
                                .flatMapToLong(part -> Arrays.stream(part.prompts))
                                .toArray(),
                        parts.stream()
                                .flatMapToInt(part -> Arrays.stream(part.options))
                                .toArray(),
                        metrics,
                        joinedMarks(parts))
                .picked(order);
    }

    private static Map<String, BitSet> joinedMarks(List<ExampleScores> parts) {
        Map<String, BitSet> joined = new TreeMap<>();
        int before = 0;
        for (ExampleScores part : parts) {
            int offset = before;
            part.marks.forEach((mark, examples) -> {
                BitSet all = joined.computeIfAbsent(mark, key -> new BitSet());
                examples.stream().forEach(i -> all.set(offset + i));
            });
            before += part.size();
        }
        return joined;
    }

    /** These examples, in this order. */
    private ExampleScores picked(int[] order) {
        Map<String, double[]> values = new TreeMap<>();
        metrics.forEach((name, column) -> values.put(
                name, Arrays.stream(order).mapToDouble(i -> column[i]).toArray()));
        Map<String, BitSet> bits = new TreeMap<>();
        marks.forEach((mark, examples) -> {
            BitSet picked = new BitSet();
            IntStream.range(0, order.length).filter(i -> examples.get(order[i])).forEach(picked::set);
            bits.put(mark, picked);
        });
        return new ExampleScores(
                Arrays.stream(order).mapToObj(i -> ids[i]).toArray(String[]::new),
                tasks.picked(order),
                clusters.picked(order),
                Arrays.stream(order).mapToLong(i -> prompts[i]).toArray(),
                Arrays.stream(order).map(i -> options[i]).toArray(),
                values,
                bits);
    }

    /** Those with an id among {@code chosen}. */
    ExampleScores only(Set<String> chosen) {
        return picked(
                IntStream.range(0, size()).filter(i -> chosen.contains(ids[i])).toArray());
    }

    private double[] column(String metric) {
        double[] values = metrics.get(metric);
        if (values == null) {
            values = new double[ids.length];
            Arrays.fill(values, Double.NaN);
        }
        return values;
    }

    /** The same scores, sharing the ids and clusters of another model where these are equal. */
    ExampleScores sharing(ExampleScores other) {
        return new ExampleScores(
                Arrays.equals(ids, other.ids) ? other.ids : ids,
                tasks.sameAs(other.tasks) ? other.tasks : tasks,
                clusters.sameAs(other.clusters) ? other.clusters : clusters,
                Arrays.equals(prompts, other.prompts) ? other.prompts : prompts,
                options,
                metrics,
                marks);
    }

    /** Of each of these examples; one that failed, or lacks the metric, scores 0: failures never flatter a model. */
    double[] scores(String metric, int[] examples) {
        double[] scores = new double[examples.length];
        double[] values = metrics.get(metric);
        for (int k = 0; values != null && k < examples.length; k++) {
            double value = values[examples[k]];
            scores[k] = Double.isNaN(value) ? 0 : value;
        }
        return scores;
    }

    BenchmarkTally tally() {
        BenchmarkTally.Builder tally = new BenchmarkTally.Builder();
        for (int i = 0; i < size(); i++) {
            Map<String, Double> values = new HashMap<>();
            for (Map.Entry<String, double[]> metric : metrics.entrySet()) {
                if (!Double.isNaN(metric.getValue()[i])) {
                    values.put(metric.getKey(), metric.getValue()[i]);
                }
            }
            tally.add(tasks.name(i), values, is(FAILED, i), is(TRUNCATED, i));
        }
        return tally.build();
    }

    /** What an option taken blindly scores; NaN where there are none. */
    double chance() {
        return Arrays.stream(options)
                .filter(count -> count > 0)
                .mapToDouble(count -> 1.0 / count)
                .average()
                .orElse(Double.NaN);
    }
}
