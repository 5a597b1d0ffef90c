package mhc.reports;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.eval.MetricName;
import mhc.eval.stats.Groups;
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
        int clusters = scores.clusters().names().length;
        int[] all = IntStream.range(0, scores.size()).toArray();
        Map<String, Map<String, Double>> byCluster = new TreeMap<>();
        byCluster.put("", errors(scores, all, scores.clusters()));
        if (clusters < scores.size()) {
            int[][] members = scores.tasks().members();
            for (int task = 0; task < members.length; task++) {
                byCluster.putIfAbsent(
                        scores.tasks().names()[task],
                        errors(scores, members[task], scores.clusters().picked(members[task])));
            }
        }
        return new ClusterErrors(scores.size(), clusters, errors(scores, all, scores.tasks()), byCluster);
    }

    private static Map<String, Double> errors(ExampleScores scores, int[] chosen, Groups groups) {
        Map<String, Double> errors = new TreeMap<>();
        Stream.concat(scores.metrics().keySet().stream(), Stream.of(ABSENT))
                .forEach(metric -> errors.put(metric, StandardError.clustered(scores.scores(metric, chosen), groups)));
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
