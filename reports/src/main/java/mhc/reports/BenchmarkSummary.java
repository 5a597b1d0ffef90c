package mhc.reports;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import mhc.datasets.InputException;
import mhc.eval.BenchmarkInfo;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.MetricName;
import mhc.eval.protocol.Protocols;

/**
 * All models on one benchmark, without their single examples.
 *
 * @param common examples that every model was asked
 * @param models those with an example
 * @param prompts pairs of models that were not asked the same
 */
record BenchmarkSummary(String benchmark, int common, List<ModelSummary> models, List<PromptDifference> prompts)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static BenchmarkSummary of(BenchmarkRows rows) {
        Set<String> common = rows.common();
        return new BenchmarkSummary(
                rows.benchmark(),
                common.size(),
                new ArrayList<>(rows.models().values().stream()
                        .map(model -> ModelSummary.of(model, common))
                        .toList()),
                new ArrayList<>(rows.promptDifferences()));
    }

    /** The same with its models in the order of {@code names}. */
    BenchmarkSummary inOrder(List<String> names) {
        List<ModelSummary> ordered = new ArrayList<>(models);
        ordered.sort((a, b) -> Integer.compare(names.indexOf(a.model()), names.indexOf(b.model())));
        return new BenchmarkSummary(benchmark, common, ordered, prompts);
    }

    /** @throws InputException when the models were not asked the same thing */
    void requireAskedAlike() {
        requireSame("protocol", Asked::protocols, "report runs of one protocol at a time");
        requireSame("shots", Asked::shots, "evaluate both with the same shots");
        requireSame("version", Asked::versions, "evaluate both with the same release");
    }

    private void requireSame(String what, Function<Asked, SortedSet<?>> property, String remedy) {
        ModelSummary first = models.get(0);
        Object expected = property.apply(first.asked()).first();
        for (ModelSummary model : models) {
            for (Object value : property.apply(model.asked())) {
                if (!value.equals(expected)) {
                    throw new InputException("Benchmark " + benchmark + " has " + what + " " + expected + " for model "
                            + first.model() + " and " + value + " for model " + model.model() + ": " + remedy);
                }
            }
        }
    }

    String protocol() {
        return models.get(0).asked().protocols().first();
    }

    int shots() {
        return models.get(0).asked().shots().first();
    }

    /** Of a benchmark that nobody knows, examples of one cluster are not taken as independent. */
    ClusterRule clusterRule() {
        return Protocols.info(protocol(), benchmark)
                .map(BenchmarkInfo::clusters)
                .orElse(ClusterRule.CLUSTERS);
    }

    /** Every metric that any example holds; none when all failed. */
    SortedSet<MetricName> metrics() {
        SortedSet<MetricName> metrics = new TreeSet<>();
        models.forEach(model -> metrics.addAll(model.tally().metrics()));
        return metrics;
    }
}
