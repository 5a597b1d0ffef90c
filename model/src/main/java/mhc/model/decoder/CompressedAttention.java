package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * DeepSeek-V4's attention (arXiv 2606.19348, section 2): one shared vector per token is key and value of all heads. A
 * layer has a sliding window, and beyond it, unless it is {@link Kind#SLIDING}, entries that stand for runs of tokens: a
 * few long runs, all of which are attended to ({@link Kind#HEAVILY_COMPRESSED}), or many short overlapping ones, of
 * which an indexer picks ({@link Kind#SPARSE}). Heads have sinks, and runs of heads an output projection each.
 *
 * <p>The state of a sequence is the vectors of its last tokens, its entries, each computed once when its run ends, and
 * what the compressors have read of the tokens behind. It can end anywhere; what continues it takes what is behind the
 * last entry from where it goes on, and nothing is ever taken back.
 *
 * @param rotary width of the rotated end of a head
 * @param queryRank width of the compressed query
 * @param groups runs of heads
 * @param groupRank width that each run is narrowed to
 * @param indexTop most entries that a query attends to in sparse layers
 * @param compressed rotary embedding of layers that have entries
 */
record CompressedAttention(
        int hidden,
        int heads,
        int headWidth,
        int rotary,
        int queryRank,
        int groups,
        int groupRank,
        int windowTokens,
        int indexHeads,
        int indexWidth,
        int indexTop,
        double normEps,
        Rope compressed,
        List<Compression> layers)
        implements Attention {

    /** Queries whose scores are computed together: keys outside of their window are not read. */
    private static final int QUERIES = 256;

    /** What a layer attends to beyond its window. */
    enum Kind {
        SLIDING,
        SPARSE,
        HEAVILY_COMPRESSED
    }

    /** @param ratio tokens of an entry, 0 without */
    record Compression(Kind kind, int ratio) {}

    CompressedAttention {
        layers = List.copyOf(layers);
    }

    @Override
    public List<TensorSpec> tensors(String name, int layer) {
        DeepseekV4Names names = new DeepseekV4Names(name);
        long queries = (long) heads * headWidth;
        List<TensorSpec> tensors = new ArrayList<>(List.of(
                names.spec("attn.attn_sink", TensorSpec.Kind.WIDE, heads),
                names.spec("attn.wq_a.weight", TensorSpec.Kind.COMPUTE, queryRank, hidden)
                        .multiplied(),
                names.spec("attn.q_norm.weight", TensorSpec.Kind.WIDE, queryRank),
                names.spec("attn.wq_b.weight", TensorSpec.Kind.COMPUTE, queries, queryRank)
                        .multiplied(),
                names.spec("attn.wkv.weight", TensorSpec.Kind.COMPUTE, headWidth, hidden)
                        .multiplied(),
                names.spec("attn.kv_norm.weight", TensorSpec.Kind.WIDE, headWidth),
                names.spec("attn.wo_a.weight", TensorSpec.Kind.COMPUTE, (long) groups * groupRank, queries / groups),
                names.spec("attn.wo_b.weight", TensorSpec.Kind.COMPUTE, hidden, (long) groups * groupRank)
                        .multiplied()));
        Compression compression = layers.get(layer);
        if (compression.kind() != Kind.SLIDING) {
            tensors.addAll(compressor(names, "attn.compressor.", headWidth, compression));
        }
        if (compression.kind() == Kind.SPARSE) {
            tensors.add(names.spec(
                            "attn.indexer.wq_b.weight",
                            TensorSpec.Kind.COMPUTE,
                            (long) indexHeads * indexWidth,
                            queryRank)
                    .multiplied());
            tensors.add(names.spec("attn.indexer.weights_proj.weight", TensorSpec.Kind.COMPUTE, indexHeads, hidden)
                    .multiplied());
            tensors.addAll(compressor(names, "attn.indexer.compressor.", indexWidth, compression));
        }
        return tensors;
    }

    /** Compressors are float32 whatever the compute type: their weights are exponents. */
    private List<TensorSpec> compressor(DeepseekV4Names names, String part, int width, Compression compression) {
        long read = compression.kind() == Kind.SPARSE ? 2L * width : width;
        return List.of(
                names.spec(part + "wkv.weight", TensorSpec.Kind.WIDE, read, hidden)
                        .multiplied(),
                names.spec(part + "wgate.weight", TensorSpec.Kind.WIDE, read, hidden)
                        .multiplied(),
                names.spec(part + "ape", TensorSpec.Kind.WIDE, compression.ratio(), read),
                names.spec(part + "norm.weight", TensorSpec.Kind.WIDE, width));
    }

    @Override
    public String kind(int layer) {
        Compression compression = layers.get(layer);
        return switch (compression.kind()) {
            case SLIDING -> "sliding";
            case SPARSE -> "sparse, 1 entry for " + compression.ratio() + " tokens";
            case HEAVILY_COMPRESSED -> "heavily compressed, 1 entry for " + compression.ratio() + " tokens";
        };
    }

    @Override
    public List<Cached> cached(int layer) {
        Compression compression = layers.get(layer);
        int ratio = compression.ratio();
        return switch (compression.kind()) {
            case SLIDING -> List.of(windowState(), none(false), none(true), none(false), none(true));
            case SPARSE ->
                List.of(
                        windowState(),
                        Cached.oncePer(ratio, headWidth),
                        Cached.upTo(2 * ratio, 4 * headWidth, true),
                        Cached.oncePer(ratio, indexWidth),
                        Cached.upTo(2 * ratio, 4 * indexWidth, true));
            case HEAVILY_COMPRESSED ->
                List.of(
                        windowState(),
                        Cached.oncePer(ratio, headWidth),
                        Cached.upTo(ratio, 2 * headWidth, true),
                        none(false),
                        none(true));
        };
    }

    @Override
    public long numbersPerToken(int layer) {
        return headWidth;
    }

    private Cached windowState() {
        return Cached.upTo(windowTokens, headWidth, false);
    }

    private static Cached none(boolean wide) {
        return Cached.upTo(0, 0, wide);
    }

    @Override
    public int rotaryWidth() {
        return rotary;
    }

    /** That of layers without entries, then that of layers with them. */
    @Override
    public List<Rope> ropes(Rope usual) {
        return List.of(usual, compressed);
    }

    @Override
    public long operationsPerAttendedToken() {
        return 4L * heads * headWidth;
    }

    @Override
    public double operations(int layer, int tokens) {
        Compression compression = layers.get(layer);
        int entries = compression.ratio() == 0 ? 0 : tokens / compression.ratio();
        double index =
                compression.kind() == Kind.SPARSE && entries > indexTop ? 2.0 * entries * indexHeads * indexWidth : 0;
        int seen = compression.kind() == Kind.SPARSE ? Math.min(entries, indexTop) : entries;
        return index + (double) (Math.min(tokens, windowTokens) + seen) * operationsPerAttendedToken();
    }

    @Override
    public Script program(int layerCount) {
        return AttentionProgram.passes(layerCount, cached(0).size()).and(script());
    }

    /** {@code self_attention} itself: what a token attends to differs from layer to layer. */
    @Override
    public Script script() {
        List<Float> angles = new ArrayList<>();
        for (float frequency : compressed.frequencies(rotary)) {
            angles.add(frequency);
        }
        // The kinds of runs that layers differ in, and first of all none.
        List<Integer> kinds = Stream.concat(Stream.of(0), layers.stream().map(Compression::ratio))
                .distinct()
                .toList();
        Script attention = Binder.of(
                        Script.class, "compressed/attention.py", "compressed/state.py", "compressed/masks.py")
                .set("KINDS", kinds)
                .set(
                        "KIND",
                        layers.stream()
                                .map(layer -> kinds.indexOf(layer.ratio()))
                                .toList())
                .set("CACHE_TENSORS", cached(0).size())
                .set("HEADS", heads)
                .set("HEAD_WIDTH", headWidth)
                .set("GROUPS", groups)
                .set("RANK", groupRank)
                .set("WINDOW", windowTokens)
                .set("QUERIES", QUERIES)
                .set("INDEX_TOP", indexTop)
                .set("INDEX_WIDTH", indexWidth)
                .set("NORM_EPS", normEps)
                .set("SCALE", 1 / Math.sqrt(headWidth))
                .weight("attn_sink", 0)
                .weight("wq_a", 1)
                .weight("q_norm", 2)
                .weight("wq_b", 3)
                .weight("wkv", 4)
                .weight("kv_norm", 5)
                .weight("wo_a", 6)
                .weight("wo_b", 7)
                .weights("compressor", 8, 12)
                .weightsFrom("indexer", 12)
                .script();
        Script rotation = Binder.of(Script.class, "compressed/rotation.py")
                .set("PAIRS", rotary / 2)
                .set("RATIOS", layers.stream().map(Compression::ratio).toList())
                .set(
                        "INDEXED",
                        layers.stream()
                                .map(layer -> layer.kind() == Kind.SPARSE)
                                .toList())
                .script();
        Script compressor = Binder.of(Script.class, "compressed/compressor.py")
                .set("FREQUENCIES", angles.stream().map(Float::doubleValue).toList())
                .weight("wkv", 0)
                .weight("wgate", 1)
                .weight("ape", 2)
                .weight("norm", 3)
                .script();
        Script indexer = Binder.of(Script.class, "compressed/indexer.py")
                .set("INDEX_HEADS", indexHeads)
                .set("INDEX_WIDTH", indexWidth)
                .set("INDEX_SCALE", 1 / Math.sqrt((double) indexHeads * indexWidth))
                .weight("wq_b", 0)
                .weight("weights_proj", 1)
                .weights("compressor", 2, 6)
                .script();
        return attention.and(rotation).and(compressor).and(indexer);
    }
}
