package mhc.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Request;

/**
 * One choice on its way: its distinct model inputs and what is asked of each. Continuations that differ in their last token
 * only, such as the letters of a multiple-choice question, have one input.
 */
final class ChoiceJob {
    private final Request.Choice request;
    private final List<Input> inputs;
    private final double[] sums;
    private final int[] counts;
    private final boolean[] greedy;
    private final int promptTokens;
    private final boolean truncated;
    private final int shared;
    private int waiting;

    /**
     * Tokens of a continuation within an input: target t is predicted at position {@code first + t}.
     *
     * @param continuation index in the request
     */
    record Targets(int continuation, int first, long[] tokens) {}

    /** Tokens fed to the model, and the targets that they predict. */
    record Input(ChoiceJob job, long[] tokens, List<Targets> targets) {
        /** First position that is asked for: tokens before it may come from a prefix. */
        int firstPosition() {
            return targets.stream().mapToInt(Targets::first).min().orElseThrow();
        }
    }

    private ChoiceJob(Request.Choice request, List<Tokenizer.Pair> pairs, int maxLength) {
        this.request = request;
        this.sums = new double[pairs.size()];
        this.counts = new int[pairs.size()];
        this.greedy = new boolean[pairs.size()];
        Arrays.fill(greedy, true);
        Map<List<Long>, Input> distinct = new LinkedHashMap<>();
        int prompt = 0;
        boolean cut = false;
        for (int i = 0; i < pairs.size(); i++) {
            long[] continuation = pairs.get(i).continuation();
            long[] whole = concat(pairs.get(i).context(), continuation);
            // The last token is never fed; what does not fit is lost on the left.
            long[] fed = Arrays.copyOfRange(whole, Math.max(0, whole.length - maxLength - 1), whole.length - 1);
            cut |= whole.length > maxLength + 1;
            prompt = Math.max(prompt, fed.length + 1 - continuation.length);
            counts[i] = continuation.length;
            distinct.computeIfAbsent(
                            Arrays.stream(fed).boxed().toList(), key -> new Input(this, fed, new ArrayList<>()))
                    .targets()
                    .add(new Targets(i, fed.length - continuation.length, continuation));
        }
        this.inputs = List.copyOf(distinct.values());
        this.waiting = inputs.size();
        this.promptTokens = prompt;
        this.truncated = cut;
        this.shared = SharedPrefixes.common(inputs, Input::tokens, Input::firstPosition);
    }

    /**
     * A job for tokenised continuations.
     *
     * @throws UnanswerableException when a continuation has no tokens or more than the model takes
     */
    static ChoiceJob of(Request.Choice request, List<Tokenizer.Pair> pairs, int maxLength)
            throws UnanswerableException {
        for (int i = 0; i < pairs.size(); i++) {
            int length = pairs.get(i).continuation().length;
            if (length == 0) {
                throw new UnanswerableException("Continuation " + i + " adds no token to the context.");
            }
            if (length > maxLength) {
                throw new UnanswerableException(
                        "Continuation " + i + " has " + length + " tokens, the model takes " + maxLength + ".");
            }
        }
        return new ChoiceJob(request, pairs, maxLength);
    }

    List<Input> inputs() {
        return inputs;
    }

    /** First tokens of every input, none of which is asked for. */
    int shared() {
        return shared;
    }

    /** The first {@link #shared()} tokens, and more. */
    long[] opening() {
        return inputs.get(0).tokens();
    }

    /** Takes the score of one target token. */
    void add(int continuation, float logLikelihood, boolean mostLikely) {
        sums[continuation] += logLikelihood;
        greedy[continuation] &= mostLikely;
    }

    /** One input less to wait for; true when that was the last. */
    boolean finishInput() {
        return --waiting == 0;
    }

    Answer answer(int reusedTokens) {
        List<Answer.Score> scores = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            if (!Double.isFinite(sums[i])) {
                return new Answer.Failed("The model's logits for continuation " + i + " are not finite.");
            }
            String text = request.continuations().get(i);
            scores.add(new Answer.Score(sums[i], counts[i], text.codePointCount(0, text.length()), greedy[i]));
        }
        int newTokens = Arrays.stream(counts).sum();
        return new Answer.Scores(
                scores, new Answer.Usage(promptTokens, Math.min(reusedTokens, promptTokens), newTokens, truncated));
    }

    /** Tokens of the prompt after truncation. */
    int promptTokens() {
        return promptTokens;
    }

    private static long[] concat(long[] first, long[] second) {
        long[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }
}
