package mhc.eval;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All scores of one model on one benchmark, by task and metric; mergeable in any order, exact under any partitioning.
 *
 * <p>A failed example has no metrics. It scores 0 in every metric of the benchmark and is counted in {@code failed}, so
 * that failures can never flatter a model. The same holds for a metric that a prediction lacks.
 */
public record BenchmarkTally(Map<String, TaskTally> tasks) implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final BenchmarkTally EMPTY = new BenchmarkTally(Map.of());

    public BenchmarkTally {
        tasks = Map.copyOf(tasks);
    }

    /** Tallies of one task: per metric key over the answered examples, and counts over all. */
    public record TaskTally(Map<String, Tally> metrics, long examples, long failed, long truncated)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private static final TaskTally EMPTY = new TaskTally(Map.of(), 0, 0, 0);

        public TaskTally {
            metrics = Map.copyOf(metrics);
        }

        private TaskTally plus(TaskTally other) {
            return new TaskTally(
                    merged(metrics, other.metrics),
                    examples + other.examples,
                    failed + other.failed,
                    truncated + other.truncated);
        }

        /** Over all examples, those without this metric as 0. */
        private Tally complete(String metric) {
            Tally tally = metrics.getOrDefault(metric, Tally.EMPTY);
            return tally.plusZeros(examples - tally.count());
        }

        private static Map<String, Tally> merged(Map<String, Tally> a, Map<String, Tally> b) {
            Map<String, Tally> sum = new TreeMap<>(a);
            b.forEach((key, tally) -> sum.merge(key, tally, Tally::plus));
            return sum;
        }
    }

    /** Adds predictions one by one. */
    public static final class Builder {
        private final Map<String, Task> tasks = new TreeMap<>();

        /** Sums of one task. */
        private static final class Task {
            private final Map<String, TallyBuilder> metrics = new TreeMap<>();
            private long examples;
            private long failed;
            private long truncated;
        }

        /**
         * Adds one prediction.
         *
         * @param metrics by {@link MetricName#key()}; ignored when the example failed
         */
        public Builder add(String task, Map<String, Double> metrics, boolean failed, boolean truncated) {
            Task sums = tasks.computeIfAbsent(task, name -> new Task());
            sums.examples++;
            sums.truncated += truncated ? 1 : 0;
            if (failed) {
                sums.failed++;
            } else {
                metrics.forEach((key, score) -> sums.metrics
                        .computeIfAbsent(key, metric -> new TallyBuilder())
                        .add(score));
            }
            return this;
        }

        public BenchmarkTally build() {
            Map<String, TaskTally> tallies = new TreeMap<>();
            tasks.forEach((task, sums) -> {
                Map<String, Tally> metrics = new TreeMap<>();
                sums.metrics.forEach((key, tally) -> metrics.put(key, tally.build()));
                tallies.put(task, new TaskTally(metrics, sums.examples, sums.failed, sums.truncated));
            });
            return new BenchmarkTally(tallies);
        }
    }

    /** Metrics of any example that did not fail. */
    public SortedSet<MetricName> metrics() {
        SortedSet<MetricName> metrics = new TreeSet<>();
        tasks.values().forEach(task -> task.metrics().keySet().forEach(key -> metrics.add(MetricName.parse(key))));
        return metrics;
    }

    /** Examples that did not fail and yet lack this metric; they score 0 in it. */
    public long lacking(MetricName metric) {
        return tasks.values().stream()
                .mapToLong(task -> task.examples()
                        - task.failed()
                        - task.metrics().getOrDefault(metric.key(), Tally.EMPTY).count())
                .sum();
    }

    /** The tally of the predictions of both. */
    public BenchmarkTally plus(BenchmarkTally other) {
        Map<String, TaskTally> sum = new TreeMap<>(tasks);
        other.tasks.forEach((task, tally) -> sum.merge(task, tally, TaskTally::plus));
        return new BenchmarkTally(sum);
    }

    /**
     * One row per metric for the whole benchmark and, where the benchmark has named tasks, for each of them; ordered by
     * task and metric. The whole is the mean over examples. Its standard error pools the variances inside the tasks, as
     * lm-evaluation-harness 0.4.13 does for a group: sqrt(sum of (n_i - 1) * var_i / (n - tasks) / n).
     *
     * @param headline has rows even when every example failed
     * @return nothing when there is no example
     */
    public List<ScoreRow> rows(String model, String benchmark, MetricName headline, int shots) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        SortedSet<MetricName> metrics = metrics();
        metrics.add(headline);
        TaskTally whole = tasks.values().stream().reduce(TaskTally.EMPTY, TaskTally::plus);
        List<ScoreRow> rows = new ArrayList<>();
        for (MetricName metric : metrics) {
            double error = pooledError(metric.key());
            rows.add(row(model, benchmark, "", metric, whole, error, shots));
        }
        new TreeMap<>(tasks).forEach((task, tally) -> {
            if (!task.isEmpty()) {
                for (MetricName metric : metrics) {
                    double error = tally.complete(metric.key()).standardError();
                    rows.add(row(model, benchmark, task, metric, tally, error, shots));
                }
            }
        });
        return rows;
    }

    private static ScoreRow row(
            String model, String benchmark, String task, MetricName metric, TaskTally tally, double error, int shots) {
        return new ScoreRow(
                model,
                benchmark,
                task,
                metric.metric(),
                metric.filter(),
                tally.complete(metric.key()).mean(),
                error,
                tally.examples(),
                shots,
                tally.failed(),
                tally.truncated());
    }

    /** In task order, so that the sum of doubles has one order; a task of one example adds no variance. */
    private double pooledError(String metric) {
        double squares = 0;
        long examples = 0;
        for (TaskTally task : new TreeMap<>(tasks).values()) {
            Tally tally = task.complete(metric);
            squares += tally.count() < 2 ? 0 : (tally.count() - 1) * tally.variance();
            examples += tally.count();
        }
        long freedom = examples - tasks.size();
        return freedom == 0 ? plainError(metric) : Math.sqrt(squares / freedom / examples);
    }

    /** As if there were one task: all that is left where no task has two examples, as under a small limit. */
    private double plainError(String metric) {
        return tasks.values().stream()
                .map(task -> task.complete(metric))
                .reduce(Tally.EMPTY, Tally::plus)
                .standardError();
    }
}
