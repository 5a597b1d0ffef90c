package mhc.jobs.plan;

import mhc.datasets.Example;
import mhc.eval.Request;
import mhc.eval.Shots;

/**
 * Tokens of one request, in the order of its benchmark's plan.
 *
 * @param read tokens to read: the context, and each continuation
 * @param shared of these, the ones that the request before it in the plan opens with too
 * @param generated tokens to generate, expected or counted
 */
public record RequestCost(int read, int shared, int generated) {
    /** A model stops later than an exemplar does, if it stops: by so much, on the average. */
    private static final int LONGER = 2;

    /**
     * An estimate. A generation is expected to be like the exemplars' answers, or, where it is shown none, like its
     * example's.
     *
     * @param before context of the request before it in the plan, or the empty string
     */
    static RequestCost of(Request request, String before, Example example, Shots shots) {
        String context = request.context();
        int shared = TextTokens.in(context, 0, common(context, before));
        int read = TextTokens.in(context);
        int generated = 0;
        if (request instanceof Request.Choice choice) {
            read += choice.continuations().stream().mapToInt(TextTokens::in).sum();
        } else if (request instanceof Request.Generate generate) {
            double shown = shots.examples().stream()
                    .mapToInt(shot -> TextTokens.in(shot.answer()))
                    .average()
                    .orElseGet(() -> TextTokens.in(example.answer()));
            generated = Math.min(generate.maxTokens(), (int) Math.ceil(LONGER * (1 + shown)));
        }
        return new RequestCost(read, shared, generated);
    }

    /** Keys that its generated tokens attend to: the context, and those before them. */
    long attended() {
        return (long) generated * read + (long) generated * generated / 2;
    }

    private static int common(String one, String other) {
        int least = Math.min(one.length(), other.length());
        int at = 0;
        while (at < least && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }
}
