package mhc.eval;

import java.util.List;
import java.util.stream.Collectors;
import mhc.datasets.InputException;

/**
 * A named set of benchmarks: how each is asked, decoded and scored. Scores of different protocols are not comparable.
 *
 * @param name {@code paper} or {@code lm-eval}
 * @param benchmarks in name order of the paper's table
 */
public record Protocol(String name, List<Benchmark> benchmarks) {
    public Protocol {
        benchmarks = List.copyOf(benchmarks);
    }

    /**
     * The benchmark of that name.
     *
     * @throws InputException when this protocol has none; the message lists those it has
     */
    public Benchmark benchmark(String benchmark) {
        return benchmarks.stream()
                .filter(candidate -> candidate.name().equals(benchmark))
                .findFirst()
                .orElseThrow(() -> new InputException("Protocol %s has no benchmark \"%s\": choose among %s."
                        .formatted(
                                name,
                                benchmark,
                                benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", ")))));
    }
}
