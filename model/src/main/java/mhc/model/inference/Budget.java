package mhc.model.inference;

import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.ModelConfig;

/**
 * How much may run together.
 *
 * @param tokens of one forward pass
 * @param cacheBytes of keys and values, or other state, that may be kept at once
 * @param cost of what is kept
 * @param rows that may decode together
 * @param share whether prefixes that several sequences share are computed once
 * @param deterministic whether a token's numbers may depend on nothing but the tokens before it
 * @param worthwhile tokens that sharing must save to be worth its calls
 */
public record Budget(
        int tokens, long cacheBytes, CacheCost cost, int rows, boolean share, boolean deterministic, int worthwhile) {
    /** Tokens whose keys and values may be kept, as a multiple of those of one pass. */
    private static final long CACHE_FACTOR = 4;

    /** More rows than this gain little per step and leave a long tail. */
    private static final int MOST_ROWS = 256;

    /** Passes larger than this gain nothing on a CPU and fall out of its caches. */
    private static final int CPU_PASS = 2048;

    /** Tokens that attend together, and always in the same shape, in deterministic mode. */
    private static final int BLOCK = 64;

    /** Shorter nodes are not cut further, however small the budget. */
    static final int SHORTEST = 64;

    /** Parameters of a layer that take as long to apply to a token as the calls for one more node. */
    private static final long CALLS = 5_000_000;

    /** Of a cache that holds tokens and nothing else, counted by them. */
    public Budget(int tokens, long cacheTokens, int rows, boolean share, boolean deterministic, int worthwhile) {
        this(tokens, cacheTokens, CacheCost.TOKENS, rows, share, deterministic, worthwhile);
    }

    /** What options allow a model whose rows may differ with what decodes beside them. */
    public static Budget of(InferenceOptions options, Checkpoint checkpoint) {
        return of(options, checkpoint, false);
    }

    /**
     * What options allow. Where a model keeps less of a token than the token itself, more tokens are kept, in the memory
     * that they would take as a whole.
     *
     * @param rowsApart whether a row that decodes has the same bits whatever is beside it
     */
    public static Budget of(InferenceOptions options, Checkpoint checkpoint, boolean rowsApart) {
        ModelConfig config = checkpoint.config();
        long perLayer = (checkpoint.parameters() - (long) config.vocabulary() * config.hidden()) / config.layers();
        int tokens = options.device().equals("cpu")
                ? Math.min(CPU_PASS, options.maxBatchTokens())
                : options.maxBatchTokens();
        int worthwhile = (int) Math.max(2, Math.min(32, CALLS / Math.max(1, perLayer)));
        ComputeType type = ComputeType.of(options.dtype());
        long cache = CACHE_FACTOR * options.maxBatchTokens() * config.wholeBytesPerToken(type);
        CacheCost cost = CacheCost.of(config, type);
        int rows = options.deterministic() && !rowsApart
                ? 1
                : (int) Math.min(Math.min(MOST_ROWS, options.maxBatchTokens()), cost.mostSequences(cache));
        return new Budget(tokens, cache, cost, rows, options.prefixCache(), options.deterministic(), worthwhile);
    }

    /**
     * Whether nothing may be computed together, since a token's numbers would depend on it. A model that gives a row the same
     * bits in any company may take several.
     */
    boolean alone() {
        return deterministic && rows == 1;
    }

    /** Length at which sequences are cut whatever they share, or 0. */
    int block() {
        return deterministic ? BLOCK : 0;
    }

    int longestNode() {
        return deterministic ? BLOCK : Math.max(SHORTEST, tokens);
    }

    /** Half of it. */
    Budget halved() {
        return new Budget(Math.max(1, tokens / 2), cacheBytes, cost, rows, share, deterministic, worthwhile);
    }
}
