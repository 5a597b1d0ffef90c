package mhc.model.inference;

import mhc.model.Work;

/** Adds up the {@link Work} of one call; not thread-safe. */
public final class WorkMeter {
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
    }

    /** @param surplus of the tokens, those after the end of their answers */
    void decoded(int tokens, int surplus, int stepsTaken, long nanos) {
        steps += stepsTaken;
        decodedTokens += tokens;
        headPositions += tokens;
        paddingTokens += surplus;
        decoding += nanos;
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
