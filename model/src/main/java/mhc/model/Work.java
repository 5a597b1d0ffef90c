package mhc.model;

import java.io.Serializable;

/**
 * What answering took; seconds of waiting while other threads used the model are not counted.
 *
 * @param promptTokens of all prompts after truncation, each counted once
 * @param reusedTokens of these, not computed again because another request had computed them
 * @param prefilledTokens run through the model outside decoding, several options of one prompt included
 * @param decodedTokens run through the model one by one
 * @param paddingTokens of the prefilled and decoded ones, those that no answer needed
 * @param headPositions at which the output projection was applied
 * @param passes forward passes outside decoding
 * @param steps decoding steps
 * @param tokeniseSeconds text to tokens
 * @param prefillSeconds forward passes outside decoding, the reading of scores included
 * @param decodeSeconds decoding, the search for stop strings included
 */
public record Work(
        long promptTokens,
        long reusedTokens,
        long prefilledTokens,
        long decodedTokens,
        long paddingTokens,
        long headPositions,
        long passes,
        long steps,
        double tokeniseSeconds,
        double prefillSeconds,
        double decodeSeconds)
        implements Serializable {

    public static final Work NONE = new Work(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Work plus(Work other) {
        return new Work(
                promptTokens + other.promptTokens,
                reusedTokens + other.reusedTokens,
                prefilledTokens + other.prefilledTokens,
                decodedTokens + other.decodedTokens,
                paddingTokens + other.paddingTokens,
                headPositions + other.headPositions,
                passes + other.passes,
                steps + other.steps,
                tokeniseSeconds + other.tokeniseSeconds,
                prefillSeconds + other.prefillSeconds,
                decodeSeconds + other.decodeSeconds);
    }
}
