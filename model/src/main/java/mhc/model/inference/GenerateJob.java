package mhc.model.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.checkpoint.GenerationConfig;
import mhc.model.checkpoint.Tokenizer;

/** One greedy generation on its way: the prompt and what has come of it so far. */
public final class GenerateJob {
    private final long[] prompt;
    private final boolean truncated;
    private final int maxTokens;
    private final List<String> stops;
    private final Tokenizer tokenizer;
    private final double penalty;
    // Tokens of the sequence, where repeating them is penalised.
    private final BitSet seen = new BitSet();
    private GeneratedText text;
    private long last;
    private Answer.Stop stop;
    private Answer.Failed failure;
    private long nanos;
    private int produced;
    // Tokens before the first one with a small margin, or -1.
    private int clearTokens;
    private Done done;

    /** Told when the answer is complete. */
    @FunctionalInterface
    public interface Done {
        void accept(GenerateJob job, int reusedTokens);
    }

    private GenerateJob(
            long[] prompt,
            boolean truncated,
            Request.Generate request,
            Tokenizer tokenizer,
            GenerationConfig generation) {
        this.prompt = prompt;
        this.truncated = truncated;
        this.maxTokens = generation.maxNewTokens().orElse(request.maxTokens());
        this.penalty = generation.repetitionPenalty();
        this.stops = stops(request, tokenizer);
        this.tokenizer = tokenizer;
        restart();
    }

    /** Forgets what has been generated. */
    void restart() {
        text = new GeneratedText(tokenizer, stops);
        produced = 0;
        clearTokens = -1;
        seen.clear();
        if (penalty != 1) {
            Arrays.stream(prompt).forEach(token -> seen.set((int) token));
        }
    }

    /** The request's, and the text of the tokenizer's end of text, which counts however it is spelled. */
    private static List<String> stops(Request.Generate request, Tokenizer tokenizer) {
        List<String> stops = new ArrayList<>(request.stops());
        if (!tokenizer.endText().isEmpty() && !stops.contains(tokenizer.endText())) {
            stops.add(tokenizer.endText());
        }
        return stops;
    }

    /** A job of a checkpoint that says nothing about generation. */
    public static GenerateJob of(Request.Generate request, Tokenizer tokenizer, int maxLength)
            throws UnanswerableException {
        return of(request, tokenizer, maxLength, GenerationConfig.NONE, 0);
    }

    /**
     * A job; a context too long for prompt and answer together loses tokens on its left.
     *
     * @param generation what the checkpoint says; its own limit is one to the answer alone, as in lm-evaluation-harness:
     *     the context keeps what the request's limit leaves it
     * @param offset tokens of filler before the context
     * @throws UnanswerableException when the answer alone may take the model's whole length
     */
    public static GenerateJob of(
            Request.Generate request, Tokenizer tokenizer, int maxLength, GenerationConfig generation, int offset)
            throws UnanswerableException {
        int longest = maxLength - request.maxTokens();
        if (longest < 1) {
            throw new UnanswerableException("An answer of " + request.maxTokens()
                    + " tokens leaves none of the model's " + maxLength + " for its context.");
        }
        long[] ids = tokenizer.shifted(tokenizer.encodePrompt(request.context()), offset);
        boolean truncated = ids.length > longest;
        long[] prompt = truncated ? Arrays.copyOfRange(ids, ids.length - longest, ids.length) : ids;
        return new GenerateJob(prompt, truncated, request, tokenizer, generation);
    }

    public long[] prompt() {
        return prompt;
    }

    int maxTokens() {
        return maxTokens;
    }

    /** The factor by which tokens that stand in the sequence already are less likely; 1 for none. */
    double penalty() {
        return penalty;
    }

    /** The distinct tokens of the sequence so far, with a penalty; else none. */
    long[] seen() {
        return seen.stream().asLongStream().toArray();
    }

    /** Tokens generated. */
    int tokens() {
        return text.tokens();
    }

    /** Tokens of the prompt and of what has been generated. */
    int length() {
        return prompt.length + text.tokens();
    }

    /** The prompt and what has been generated. */
    long[] sequence() {
        long[] whole = Arrays.copyOf(prompt, length());
        System.arraycopy(text.ids(), 0, whole, prompt.length, text.tokens());
        return whole;
    }

    /** Has someone told when the answer is complete. */
    public GenerateJob whenDone(Done told) {
        this.done = told;
        return this;
    }

    /** The answer is complete; the first {@code reused} tokens of the prompt had been computed for another job. */
    void finish(int reused) {
        done.accept(this, Math.min(reused, prompt.length));
    }

    void fail(Answer.Failed reason) {
        failure = reason;
    }

    /**
     * Adds to the time that decoding took for this answer alone, and fails it when that is too much.
     *
     * @param seconds that it may take, or 0 for no limit
     */
    boolean isLateAfter(long moreNanos, int seconds) {
        nanos += moreNanos;
        boolean late = seconds > 0 && nanos > seconds * 1_000_000_000L;
        if (late) {
            fail(new Answer.Failed(Answer.Cause.TIME_LIMIT, "no answer within " + seconds + " s"));
        }
        return late;
    }

    /** The newest token, which the next step reads. */
    long last() {
        return last;
    }

    /** Takes the next token, with its margin, and tells whether the answer is complete. */
    public boolean add(long token, float margin) {
        produced++;
        if (clearTokens < 0 && margin <= Answer.Text.NEAR_TIE) {
            clearTokens = text.tokens();
        }
        if (!Float.isFinite(margin)) {
            failure = new Answer.Failed(
                    Answer.Cause.NOT_FINITE,
                    "The model's logits after " + (produced - 1) + " generated tokens are not finite.");
        } else if (tokenizer.isEnd(token)) {
            stop = Answer.Stop.END_OF_TEXT;
            if (!tokenizer.isSpecial(token)) {
                text.add(token);
            }
        } else {
            last = token;
            if (penalty != 1) {
                seen.set((int) token);
            }
            if (text.add(token)) {
                stop = Answer.Stop.STOP_STRING;
            } else if (text.tokens() == maxTokens) {
                stop = Answer.Stop.LENGTH;
            }
        }
        return failure != null || stop != null;
    }

    public Answer answer(int reusedTokens) {
        if (failure != null) {
            return failure;
        }
        Answer.Stop reason = stop != Answer.Stop.END_OF_TEXT && text.stopped() ? Answer.Stop.STOP_STRING : stop;
        return new Answer.Text(
                text.text(),
                reason,
                new Answer.Usage(prompt.length, reusedTokens, produced, truncated),
                clearTokens < 0 ? Answer.Text.CLEAR : text.lengthOf(clearTokens));
    }
}
