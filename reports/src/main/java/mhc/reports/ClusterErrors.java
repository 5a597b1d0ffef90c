package mhc.reports;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import mhc.eval.MetricName;
import mhc.eval.stats.StandardError;

/**
 * Standard errors of one model's scores on one benchmark that allow for examples which are not independent.
 *
 * @param examples of the model
 * @param clusters groups of examples that share a passage or a source
 * @param byTask error of each metric over all examples as if only tasks were independent
 * @param byCluster error of each metric by task, where the empty string stands for all examples, as if only clusters
 *     were independent; of named tasks only where a cluster holds several examples
 */
record ClusterErrors(int examples, int clusters, Map<String, Double> byTask, Map<String, Map<String, Double>> byCluster)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Key of every metric that no example holds: all its scores are 0. */
    private static final String ABSENT = "";

    static ClusterErrors of(ExampleScores scores) {
        int clusters = new HashSet<>(Arrays.asList(scores.clusters())).size();
        int[] all = IntStream.range(0, scores.size()).toArray();
        Map<String, Map<String, Double>> byCluster = new TreeMap<>();
        byCluster.put("", errors(scores, scores.clusters(), all));
        if (clusters < scores.size()) {
            for (String task : new TreeSet<>(Arrays.asList(scores.tasks()))) {
                int[] ofTask = Arrays.stream(all)
                        .filter(i -> scores.tasks()[i].equals(task))
                        .toArray();
                byCluster.putIfAbsent(task, errors(scores, scores.clusters(), ofTask));
            }
        }
        return new ClusterErrors(scores.size(), clusters, errors(scores, scores.tasks(), all), byCluster);
    }

    private static Map<String, Double> errors(ExampleScores scores, String[] groups, int[] chosen) {
        List<String> group = Arrays.stream(chosen).mapToObj(i -> groups[i]).toList();
        TreeSet<String> metrics = new TreeSet<>(scores.metrics().keySet());
        metrics.add(ABSENT);
        Map<String, Double> errors = new TreeMap<>();
        for (String metric : metrics) {
            double[] values = scores.scores(metric);
            double[] picked = Arrays.stream(chosen).mapToDouble(i -> values[i]).toArray();
            errors.put(metric, StandardError.clustered(picked, group));
        }
        return errors;
    }

    /** Whether some examples are not independent. */
    boolean shared() {
        return clusters < examples;
    }

    /** As if only clusters were independent; NaN when there is one only. An unnamed task is all examples. */
    double clustered(String task, MetricName metric) {
        return of(byCluster.get(task), metric);
    }

    /** As if only tasks were independent: a bound for benchmarks that stand for more tasks than they hold; NaN below two tasks. */
    double byTask(MetricName metric) {
        return of(byTask, metric);
    }

    private static double of(Map<String, Double> errors, MetricName metric) {
        return errors.getOrDefault(metric.key(), errors.get(ABSENT));
    }
}
