package mhc.reports;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.eval.BenchmarkInfo;
import mhc.eval.MetricName;
import mhc.eval.protocol.Protocols;

/**
 * Which metric of a benchmark stands in the table: what the caller says, else what the runs say of themselves, else, for
 * bare predictions, Table 4's metric as far as the predictions hold it.
 */
record Headlines(Map<String, MetricName> given, List<RunDescription> runs) {

    /** @throws InputException when the predictions do not hold the metric */
    MetricName of(BenchmarkSummary examples) {
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
        return Protocols.info(protocol, benchmark)
                .map(BenchmarkInfo::headline)
                .orElseThrow(() -> new InputException("Benchmark " + benchmark + " holds " + keys(present)
                        + " and nothing says which stands for it: keep its run's manifest.json beside it"));
    }

    private static String keys(SortedSet<MetricName> names) {
        TreeSet<String> keys = new TreeSet<>();
        names.forEach(name -> keys.add(name.key()));
        return String.join("; ", keys);
    }
}
