package mhc.eval.lmeval;

import java.util.List;
import mhc.eval.Benchmark;
import mhc.eval.Protocol;

/** The protocol of lm-evaluation-harness 0.4.13: Table 4's eight benchmarks, and {@code gsm8k_cot}. */
public final class LmEval {
    private static final Protocol PROTOCOL = new Protocol(
            "lm-eval",
            List.<Benchmark>of(
                    new Bbh(),
                    new Drop(),
                    Gsm8k.plain(),
                    Gsm8k.chainOfThought(),
                    new HellaSwag(),
                    new MinervaMath(),
                    new Mmlu(),
                    new Piqa(),
                    new TriviaQa()));

    private LmEval() {}

    public static Protocol protocol() {
        return PROTOCOL;
    }
}
