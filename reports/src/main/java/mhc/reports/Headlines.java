package mhc.reports;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.eval.MetricName;

/**
 * Which metric of a benchmark stands in the table: what the caller says, else what the runs say of themselves, else, for
 * bare predictions, Table 4's metric as far as the predictions hold it.
 */
record Headlines(Map<String, MetricName> given, List<RunDescription> runs) {

    private static final List<String> NORMALISED_IN_LM_EVAL = List.of("hellaswag", "piqa");

    /** @throws InputException when the predictions do not hold the metric */
    MetricName of(BenchmarkExamples examples) {
        String benchmark = examples.benchmark();
        SortedSet<MetricName> present = examples.metrics();
        MetricName headline = Optional.ofNullable(given.get(benchmark))
                .or(() -> runs.stream()
                        .flatMap(run -> run.headline(benchmark).stream())
                        .findFirst())
                .orElseGet(() -> table4(benchmark, examples.protocol(), present));
        if (!present.isEmpty() && !present.contains(headline)) {
            throw new InputException("Benchmark " + benchmark + " has no metric " + headline.key()
                    + " in its predictions, which hold " + keys(present)
                    + ": evaluate it again, or report it with the release that wrote it");
        }
        return headline;
    }

    private static MetricName table4(String benchmark, String protocol, SortedSet<MetricName> present) {
        if (present.size() == 1) {
            return present.first();
        }
        boolean normalised = protocol.equals("lm-eval") && NORMALISED_IN_LM_EVAL.contains(benchmark);
        String metric = normalised
                ? "acc_norm"
                : PublishedFigures.of(benchmark.equals("gsm8k_cot") ? "gsm8k" : benchmark)
                        .map(PublishedFigures::metric)
                        .orElseThrow(() -> new InputException("Benchmark " + benchmark + " holds " + keys(present)
                                + " and nothing says which stands for it: keep its run's manifest.json beside it"));
        // unfiltered before strict-match before the others by name, as lm-evaluation-harness lists them
        return present.stream()
                .filter(name -> name.metric().equals(metric))
                .min(Comparator.comparing((MetricName name) -> !name.filter().equals(MetricName.NO_FILTER))
                        .thenComparing(name -> !name.filter().equals("strict-match"))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseGet(() -> MetricName.of(metric));
    }

    private static String keys(SortedSet<MetricName> names) {
        TreeSet<String> keys = new TreeSet<>();
        names.forEach(name -> keys.add(name.key()));
        return String.join("; ", keys);
    }
}
