package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.inference.SequenceScorer.Targets;

/**
 * One choice on its way: its distinct model inputs and what is asked of each. Continuations that differ in their last
 * token only, such as the letters of a multiple-choice question, have one input.
 */
public final class ChoiceJob {
    private final Request.Choice request;
    private final List<Input> inputs;
    private final double[] sums;
    private final int[] counts;
    private final int[] scored;
    private final boolean[] greedy;
    private final int promptTokens;
    private final boolean truncated;
    private int waiting;
    private int reused;
    private Answer.Failed failure;
    private Done done;

    /** Told when the last input is scored. */
    public interface Done {
        void accept(ChoiceJob job, int reusedTokens);
    }

    /** Tokens fed to the model, and the targets that they predict. */
    private record Input(ChoiceJob job, long[] tokens, List<Targets> targets) implements SequenceScorer.Sequence {
        @Override
        public Object owner() {
            return job;
        }

        @Override
        public void add(int continuation, float logLikelihood, boolean mostLikely) {
            job.scored[continuation]++;
            job.sums[continuation] += logLikelihood;
            job.greedy[continuation] &= mostLikely;
        }

        @Override
        public void finish(int reused) {
            job.reused = Math.max(job.reused, Math.min(reused, job.promptTokens));
            if (--job.waiting == 0) {
                job.done.accept(job, job.reused);
            }
        }

        @Override
        public void fail(Answer.Failed failure) {
            job.failure = failure;
            finish(0);
        }
    }

    private ChoiceJob(Request.Choice request, List<Tokenizer.Pair> pairs, int maxLength) {
        this.request = request;
        this.sums = new double[pairs.size()];
        this.counts = new int[pairs.size()];
        this.scored = new int[pairs.size()];
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
    }

    /**
     * A job for tokenised continuations.
     *
     * @throws UnanswerableException when a continuation has no tokens or more than the model takes
     */
    public static ChoiceJob of(Request.Choice request, List<Tokenizer.Pair> pairs, int maxLength)
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

    /** What the model has to read for this choice; {@code whenDone} is told after the last of it. */
    public List<? extends SequenceScorer.Sequence> sequences(Done whenDone) {
        this.done = whenDone;
        return inputs;
    }

    /**
     * The answer, once all inputs are scored.
     *
     * @throws IllegalStateException when a target was scored never or twice: such sums are no answer
     */
    public Answer answer(int reusedTokens) {
        if (failure != null) {
            return failure;
        }
        if (!Arrays.equals(scored, counts)) {
            throw new IllegalStateException("Of targets " + Arrays.toString(counts) + " of the continuations, "
                    + Arrays.toString(scored) + " were scored");
        }
        List<Answer.Score> scores = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            if (!Double.isFinite(sums[i])) {
                return new Answer.Failed(
                        Answer.Cause.NOT_FINITE, "The model's logits for continuation " + i + " are not finite.");
            }
            String text = request.continuations().get(i);
            scores.add(new Answer.Score(sums[i], counts[i], text.codePointCount(0, text.length()), greedy[i]));
        }
        int newTokens = Arrays.stream(counts).sum();
        return new Answer.Scores(scores, new Answer.Usage(promptTokens, reusedTokens, newTokens, truncated));
    }

    /** Tokens of the prompt after truncation. */
    public int promptTokens() {
        return promptTokens;
    }

    private static long[] concat(long[] first, long[] second) {
        long[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }
}
