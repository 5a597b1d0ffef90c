package mhc.eval.protocol;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo;
import mhc.eval.Protocol;
import mhc.eval.lmeval.LmEval;
import mhc.eval.paper.PaperProtocol;

/** The protocols there are. */
public final class Protocols {
    private static final List<Protocol> ALL = List.of(PaperProtocol.PROTOCOL, LmEval.protocol());

    private Protocols() {}

    /**
     * The protocol of that name.
     *
     * @throws InputException when there is none; the message lists those there are
     */
    public static Protocol named(String name) {
        return ALL.stream()
                .filter(protocol -> protocol.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException("There is no protocol \"%s\": choose among %s."
                        .formatted(name, ALL.stream().map(Protocol::name).collect(Collectors.joining(", ")))));
    }

    /** What is said of a benchmark under a protocol; nothing when either is unknown, as in rows of a later release. */
    public static Optional<BenchmarkInfo> info(String protocol, String benchmark) {
        return ALL.stream()
                .flatMap(each -> each.benchmarks().stream())
                .map(Benchmark::info)
                .filter(info -> info.protocol().equals(protocol) && info.name().equals(benchmark))
                .findFirst();
    }
}
