package mhc.reports;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import mhc.datasets.InputException;
import mhc.eval.BenchmarkInfo;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.MetricName;
import mhc.eval.protocol.Protocols;

/**
 * All models' examples of one benchmark, evaluated alike.
 *
 * @param byModel in table order; each list in id order and not empty
 */
record BenchmarkExamples(String benchmark, Map<String, List<ExampleRow>> byModel) {

    /** @throws InputException when the models were not asked the same thing */
    BenchmarkExamples {
        requireSame(benchmark, byModel, "protocol", ExampleRow::protocol, "report runs of one protocol at a time");
        requireSame(benchmark, byModel, "shots", ExampleRow::shots, "evaluate both with the same shots");
        requireSame(benchmark, byModel, "version", ExampleRow::version, "evaluate both with the same release");
    }

    private static void requireSame(
            String benchmark,
            Map<String, List<ExampleRow>> byModel,
            String what,
            Function<ExampleRow, Object> property,
            String remedy) {
        String firstModel = byModel.keySet().iterator().next();
        Object first = property.apply(byModel.get(firstModel).get(0));
        byModel.forEach((model, examples) -> examples.stream()
                .map(property)
                .filter(value -> !value.equals(first))
                .findFirst()
                .ifPresent(other -> {
                    throw new InputException("Benchmark " + benchmark + " has " + what + " " + first + " for model "
                            + firstModel + " and " + other + " for model " + model + ": " + remedy);
                }));
    }

    String protocol() {
        return any().protocol();
    }

    /** Of a benchmark that nobody knows, examples of one cluster are not taken as independent. */
    ClusterRule clusterRule() {
        return Protocols.info(protocol(), benchmark)
                .map(BenchmarkInfo::clusters)
                .orElse(ClusterRule.CLUSTERS);
    }

    int shots() {
        return any().shots();
    }

    private ExampleRow any() {
        return byModel.values().iterator().next().get(0);
    }

    /** Every metric that any example holds; none when all failed. */
    SortedSet<MetricName> metrics() {
        SortedSet<MetricName> metrics = new TreeSet<>();
        for (List<ExampleRow> examples : byModel.values()) {
            for (ExampleRow example : examples) {
                example.metrics().keySet().forEach(key -> metrics.add(MetricName.parse(key)));
            }
        }
        return metrics;
    }
}
