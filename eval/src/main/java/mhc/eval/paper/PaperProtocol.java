package mhc.eval.paper;

import java.util.List;
import mhc.eval.Protocol;

/** The eight benchmarks of Table 4, in the order of its columns. */
public final class PaperProtocol {
    static final String NAME = "paper";

    public static final Protocol PROTOCOL = new Protocol(
            NAME,
            List.of(
                    new BbhBenchmark(),
                    new DropBenchmark(),
                    new Gsm8kBenchmark(),
                    new HellaSwagBenchmark(),
                    new MathBenchmark(),
                    new MmluBenchmark(),
                    new PiqaBenchmark(),
                    new TriviaQaBenchmark()));

    private PaperProtocol() {}
}
