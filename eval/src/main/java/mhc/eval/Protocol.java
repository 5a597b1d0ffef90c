package mhc.eval;

import java.util.List;

/** A named set of benchmarks: how they are asked, drawn, decoded and scored. */
public record Protocol(String name, List<Benchmark> benchmarks) {
    public Protocol {
        benchmarks = List.copyOf(benchmarks);
    }
}
