package mhc.model.inference;

import mhc.model.Work;

/** Adds up the {@link Work} of one call; not thread-safe. */
public final class WorkMeter {
    private final Listener listener;
    private long promptTokens;
    private long reusedTokens;
    private long prefilledTokens;
    private long decodedTokens;
    private long paddingTokens;
    private long headPositions;
    private long passes;
    private long steps;
    private long tokenising;
    private long prefilling;
    private long decoding;

    /** Told of every pass and step as it is done. */
    @FunctionalInterface
    public interface Listener {
        void worked(int prefilled, int decoded);
    }

    public WorkMeter(Listener listener) {
        this.listener = listener;
    }

    /** Tells nobody before the end. */
    public WorkMeter() {
        this((prefilled, decoded) -> {});
    }

    public void answered(int prompt, int reused) {
        promptTokens += prompt;
        reusedTokens += reused;
    }

    public void tokenised(long nanos) {
        tokenising += nanos;
    }

    void prefilled(int tokens, int asked, long nanos) {
        passes++;
        headPositions += asked;
        prefilledTokens += tokens;
        prefilling += nanos;
        listener.worked(tokens, 0);
    }

    /** @param surplus of the tokens, those after the end of their answers */
    void decoded(int tokens, int surplus, int stepsTaken, long nanos) {
        steps += stepsTaken;
        decodedTokens += tokens;
        headPositions += tokens;
        paddingTokens += surplus;
        decoding += nanos;
        listener.worked(0, tokens - surplus);
    }

    public Work work() {
        double nano = 1e-9;
        return new Work(
                promptTokens,
                reusedTokens,
                prefilledTokens,
                decodedTokens,
                paddingTokens,
                headPositions,
                passes,
                steps,
                tokenising * nano,
                prefilling * nano,
                decoding * nano);
    }
}
