package mhc.model;

import java.util.Arrays;
import mhc.eval.Answer;
import mhc.eval.Request;

/** One greedy generation on its way: the prompt and what has come of it so far. */
final class GenerateJob {
    private final long[] prompt;
    private final boolean truncated;
    private final int maxTokens;
    private final GeneratedText text;
    private final Tokenizer tokenizer;
    private long last;
    private Answer.Stop stop;
    private boolean broken;
    private int produced;
    // Tokens before the first one that led by little, or -1.
    private int clearTokens = -1;

    private GenerateJob(long[] prompt, boolean truncated, Request.Generate request, Tokenizer tokenizer) {
        this.prompt = prompt;
        this.truncated = truncated;
        this.maxTokens = request.maxTokens();
        this.text = new GeneratedText(tokenizer, request.stops());
        this.tokenizer = tokenizer;
    }

    /**
     * A job; a context too long for prompt and answer together loses tokens on its left.
     *
     * @throws UnanswerableException when the answer alone may take the model's whole length
     */
    static GenerateJob of(Request.Generate request, Tokenizer tokenizer, int maxLength) throws UnanswerableException {
        int room = maxLength - request.maxTokens();
        if (room < 1) {
            throw new UnanswerableException("An answer of " + request.maxTokens()
                    + " tokens leaves no room for its context in the model's " + maxLength + ".");
        }
        long[] ids = tokenizer.encodePrompt(request.context());
        boolean truncated = ids.length > room;
        long[] prompt = truncated ? Arrays.copyOfRange(ids, ids.length - room, ids.length) : ids;
        return new GenerateJob(prompt, truncated, request, tokenizer);
    }

    long[] prompt() {
        return prompt;
    }

    /** First tokens that may come from a prefix: all but the last. */
    int sharable() {
        return prompt.length - 1;
    }

    /** Tokens of the prompt and of the longest answer. */
    int longest() {
        return prompt.length + maxTokens;
    }

    /** Tokens whose keys and values are in the cache: all but the newest. */
    int cached() {
        return prompt.length + text.tokens() - 1;
    }

    /** The newest token, which the next step reads. */
    long last() {
        return last;
    }

    /** Takes the next token and tells whether the answer is complete. */
    boolean add(long token, float gap) {
        produced++;
        if (clearTokens < 0 && gap <= Answer.Text.NEAR_TIE) {
            clearTokens = text.tokens();
        }
        if (!Float.isFinite(gap)) {
            broken = true;
        } else if (tokenizer.isEnd(token)) {
            stop = Answer.Stop.END_OF_TEXT;
        } else {
            last = token;
            if (text.add(token)) {
                stop = Answer.Stop.STOP_STRING;
            } else if (text.tokens() == maxTokens) {
                stop = Answer.Stop.LENGTH;
            }
        }
        return broken || stop != null;
    }

    Answer answer(int reusedTokens) {
        if (broken) {
            return new Answer.Failed(
                    "The model's logits after " + (produced - 1) + " generated tokens are not finite.");
        }
        Answer.Stop reason = text.stopped() ? Answer.Stop.STOP_STRING : stop;
        return new Answer.Text(
                text.text(),
                reason,
                new Answer.Usage(prompt.length, reusedTokens, produced, truncated),
                clearTokens < 0 ? Answer.Text.CLEAR : text.lengthOf(clearTokens));
    }
}
