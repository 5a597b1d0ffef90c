package mhc.eval.paper;

import java.util.List;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.BenchmarkInfo;
import mhc.eval.Outcome;
import mhc.eval.Request;

/** A benchmark that is answered by greedy generation; the answer is parsed from the text. */
abstract class GeneratedBenchmark<E extends Example> extends PaperBenchmark<E> {
    /** Filter of the metrics that also forgive a form of answer on which the official rule fails; never below it. */
    static final String ROBUST = "robust";

    private final List<String> stops;
    private final int maxTokens;

    GeneratedBenchmark(BenchmarkInfo info, Class<E> type, List<String> stops, int maxTokens) {
        super(info, type);
        this.stops = List.copyOf(stops);
        this.maxTokens = maxTokens;
    }

    @Override
    final Request ask(E example, String context) {
        return new Request.Generate(context, stops, maxTokens);
    }

    @Override
    final Outcome grade(E example, Answer answer) {
        if (answer instanceof Answer.Text text) {
            return grade(example, text.text());
        }
        throw new IllegalArgumentException("Benchmark " + name() + " is answered by text, not by " + answer);
    }

    /** Scores the generated text, which may be empty or cut anywhere by the token limit. */
    abstract Outcome grade(E example, String text);

    /** 1 or 0. */
    static double indicator(boolean right) {
        return right ? 1 : 0;
    }
}
