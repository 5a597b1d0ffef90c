package mhc.eval.lmeval;

import java.util.List;
import mhc.eval.Benchmark;
import mhc.eval.Protocol;

/** The protocol of lm-evaluation-harness 0.4.13: Table 4's eight benchmarks, and {@code gsm8k_cot}. */
public final class LmEval {
    static final String NAME = "lm-eval";

    /** Tokens that a generation may take where a task says nothing ({@code max_gen_toks} of its {@code hf} backend). */
    public static final int DEFAULT_MAX_TOKENS = 256;

    private static final Protocol PROTOCOL = new Protocol(
            NAME,
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
