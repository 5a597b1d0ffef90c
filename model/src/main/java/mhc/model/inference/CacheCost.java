package mhc.model.inference;

import mhc.model.decoder.ComputeType;
import mhc.model.decoder.ModelConfig;

/**
 * What the engine keeps of tokens, in bytes.
 *
 * @param perToken that each token adds, on average
 * @param perSequence that a node which is kept and a row which decodes take besides, however long they are
 */
public record CacheCost(double perToken, long perSequence) {
    /** Counts tokens and nothing else. */
    public static final CacheCost TOKENS = new CacheCost(1, 0);

    static CacheCost of(ModelConfig config, ComputeType type) {
        return new CacheCost(config.cacheBytesPerToken(type), config.fixedCacheBytes(type));
    }

    /** How many sequences fit into so many bytes at most, at least one. */
    long mostSequences(long bytes) {
        return perSequence == 0 ? Long.MAX_VALUE : Math.max(1, bytes / perSequence);
    }

    /** Of so many tokens of a sequence whose other cost is counted elsewhere. */
    long ofTokens(long tokens) {
        return Math.round(tokens * perToken);
    }

    /** Of so many tokens by themselves. */
    long of(long tokens) {
        return perSequence + ofTokens(tokens);
    }
}
