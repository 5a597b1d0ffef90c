package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A decoder as TorchScript functions: the weights they want, in order, and the parts they are put together from.
 *
 * <p>Shapes: T tokens of one pass, side by side and never padded, C hidden, V vocabulary. Which tokens attend to which
 * is said by a {@code Pass}, see {@link AttentionProgram}.
 *
 * @param layerStarts index of each layer's first weight, and of the first one behind all layers
 * @param tied whether the embedding is the output projection as well
 * @param script what a module calls: {@code stack} (one call of which runs all layers), {@code logits}, ...
 */
public record Program(
        List<TensorSpec> tensors, List<Integer> layerStarts, boolean tied, Residual residual, Script script) {
    public Program {
        tensors = List.copyOf(tensors);
        layerStarts = List.copyOf(layerStarts);
    }

    /** Index of the rotary frequencies, which come from the configuration and not from a file. */
    public static final int FREQUENCIES = 0;

    /** Index of the embedding. */
    public static final int EMBEDDING = 1;

    public static Program of(ModelConfig config) {
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(TensorSpec.exact("(rotary frequencies)", config.frequencies().length));
        String embedding = "model.embed_tokens.weight";
        tensors.add((config.tiedEmbeddings()
                        ? TensorSpec.wide(embedding, config.vocabulary(), config.hidden())
                        : TensorSpec.of(embedding, config.vocabulary(), config.hidden()))
                .alsoNamed("embed.weight"));
        List<Integer> starts = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            starts.add(tensors.size());
            tensors.addAll(layerTensors(layer, config));
        }
        int norm = tensors.size();
        starts.add(norm);
        tensors.add(config.norms()
                .weights()
                .named("model.norm.weight", config.hidden())
                .alsoNamed("norm.weight"));
        tensors.addAll(config.residual().headTensors());
        int head = tensors.size();
        if (!config.tiedEmbeddings()) {
            tensors.add(TensorSpec.wide("lm_head.weight", config.vocabulary(), config.hidden())
                    .alsoNamed("head.weight")
                    .multiplied());
        }
        Script stack = Binder.of(Script.class, "stack.py", "output_projection.py", "handover.py")
                .set("LAYERS", config.layers())
                .set("LAYER_STARTS", starts)
                .set("NORM_EPS", config.normEps())
                .set("ABOVE_ONE", ofKind(tensors, TensorSpec.Kind.ABOVE_ONE))
                .set("EMBEDDING_FACTOR", config.embeddingFactor())
                .set("LOGITS_CAPPED", config.logitCap().isPresent())
                .set("LOGIT_CAP", config.logitCap().orElse(0))
                .weight("frequencies", FREQUENCIES)
                .weight("embed_tokens", EMBEDDING)
                .weight("of_compute_type", ofComputeType(tensors))
                .weight("norm", norm)
                .weights("hc_head", norm + 1, head)
                .weight("lm_head", config.tiedEmbeddings() ? EMBEDDING : head)
                .script();
        Script all = Stream.of(
                        Script.norms(),
                        layer(config),
                        config.rope()
                                .script(config.attention().ropes(config.rope()).size()),
                        config.attention().program(config.layers()),
                        config.feedForward().script(),
                        config.residual().script())
                .reduce(stack, Script::and);
        return new Program(tensors, starts, config.tiedEmbeddings(), config.residual(), all);
    }

    /**
     * Index of a weight whose type is the compute type, however weights are held: one that not products alone read, where
     * there is one.
     */
    public int ofComputeType() {
        return ofComputeType(tensors);
    }

    private static int ofComputeType(List<TensorSpec> tensors) {
        List<Integer> computed = ofKind(tensors, TensorSpec.Kind.COMPUTE);
        return computed.stream()
                .filter(i -> !tensors.get(i).onlyMultiplied())
                .findFirst()
                .orElse(computed.get(0));
    }

    /** Indices of the weights of a kind. */
    private static List<Integer> ofKind(List<TensorSpec> tensors, TensorSpec.Kind kind) {
        return IntStream.range(FREQUENCIES + 1, tensors.size())
                .filter(i -> tensors.get(i).kind() == kind)
                .boxed()
                .toList();
    }

    /** A layer's weights: the site of the attention, its norms, the attention; the same of the feed-forward. */
    private static List<TensorSpec> layerTensors(int index, ModelConfig config) {
        String layer = "model.layers." + index + ".";
        List<TensorSpec> tensors = new ArrayList<>(config.residual().tensors(layer, "attn"));
        tensors.addAll(config.norms().ofAttention(layer, config.hidden()));
        tensors.addAll(config.attention().tensors(layer, index));
        tensors.addAll(config.residual().tensors(layer, "ffn"));
        tensors.addAll(config.norms().ofFeedForward(layer, config.hidden()));
        tensors.addAll(config.feedForward().tensors(layer, index));
        return tensors;
    }

    /** The layer's sublayers with their norms. */
    private static Script layer(ModelConfig config) {
        LayerNorms norms = config.norms();
        int site = config.residual().tensors("", "attn").size();
        int attention = site + norms.each();
        Binder binder = Binder.of(Script.class, "layer.py")
                .set("NORM_EPS", config.normEps())
                .weights("attn_hc", 0, site);
        norms.bind(binder, "attention", site);
        Set<Integer> sizes = IntStream.range(0, config.layers())
                .mapToObj(layer -> config.attention().tensors("", layer).size())
                .collect(Collectors.toSet());
        if (sizes.size() == 1) {
            int second = attention + sizes.iterator().next();
            binder.weights("self_attn", attention, second).weights("ffn_hc", second, second + site);
            return norms.bind(binder, "feed_forward", second + site)
                    .weightsFrom("mlp", second + attention)
                    .script();
        }
        // Layers whose attention has more weights than that of others: what is behind it is counted from the end.
        int last = config.feedForward().tensors("", 0).size();
        binder.weights("self_attn", attention, -last - attention)
                .weights("ffn_hc", -last - attention, -last - norms.each());
        return norms.bind(binder, "feed_forward", -last - norms.each())
                .weightsFrom("mlp", -last)
                .script();
    }

    /** The same program whose layers lie where a placement says. */
    public Program placed(Placement placement) {
        if (placement.devices() == 1) {
            return this;
        }
        Script handsOver = Binder.of(Script.class, "placed.py")
                .set("FIRST_LAYERS", placement.firstLayers())
                .script();
        return new Program(tensors, layerStarts, tied, residual, script.with(handsOver));
    }

    /**
     * The source of an archive.
     *
     * @param module the class {@code Program}, whose methods are what Java calls, and functions beside it
     * @throws IllegalArgumentException when the residual has no such kernels
     * @throws IllegalStateException when the module calls what the decoder does not define, or the program would not
     *     run on the kernels that it is to run on
     */
    public String source(Script module, KernelPath kernels, PackedWeights packing) {
        return source(module, kernels, DecoderOperations.ENGINE, packing, Optional.empty());
    }

    /**
     * The same over matrices of which some are held as their file stores them.
     *
     * @param operations what computes between products
     * @param compressed how the 8-bit ones are scaled; empty where all are held as they are multiplied
     */
    public String source(
            Script module,
            KernelPath kernels,
            DecoderOperations operations,
            PackedWeights packing,
            Optional<BlockScales> compressed) {
        List<Linker.Replacement> replacements = new ArrayList<>(kernels.replacements(residual));
        replacements.addAll(operations.replacements(script));
        replacements.addAll(packing.replacements(compressed));
        Script decoder = packsEmbedding(packing)
                ? script.with(Binder.of(Script.class, "output_projection.py")
                        .weight("lm_head", tensors.size())
                        .script())
                : script;
        return Linker.link(List.of(module, decoder, packing.script(compressed)), replacements);
    }

    /**
     * Whether the embedding, which is looked up as it is stored, is expected once more behind all weights, there to be
     * packed: a step that decodes few rows takes a large part of its time to multiply them by it.
     */
    public boolean packsEmbedding(PackedWeights packing) {
        return tied && packing != PackedWeights.NONE;
    }
}
