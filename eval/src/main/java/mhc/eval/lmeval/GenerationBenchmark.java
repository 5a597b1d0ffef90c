package mhc.eval.lmeval;

import java.util.List;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;

/** A task whose answer is generated text ({@code output_type: generate_until}). */
abstract non-sealed class GenerationBenchmark<E extends Example> extends LmEvalBenchmark<E> {
    /** lm-eval's limit where a task sets none. */
    static final int DEFAULT_MAX_TOKENS = LmEval.DEFAULT_MAX_TOKENS;

    private final List<String> stops;
    private final int maxTokens;

    GenerationBenchmark(Definition<E> definition, List<String> stops, int maxTokens) {
        super(definition);
        this.stops = List.copyOf(stops);
        this.maxTokens = maxTokens;
    }

    @Override
    public final Request request(Example example, Shots shots) {
        return new Request.Generate(context(example, shots), stops, maxTokens);
    }

    @Override
    public final Outcome score(Example example, Answer answer) {
        if (!(answer instanceof Answer.Text text)) {
            throw new IllegalArgumentException(name() + " scores generated text, not " + answer);
        }
        return score(item(example), cut(text.text()));
    }

    /** An answer is cut already when it comes from a model of this project; one that is not scores the same. */
    private String cut(String text) {
        String rest = text;
        for (String stop : stops) {
            int at = rest.indexOf(stop);
            rest = at < 0 ? rest : rest.substring(0, at);
        }
        return rest;
    }

    abstract Outcome score(E example, String text);
}
