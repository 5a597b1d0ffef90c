package mhc.model.decoder;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names under which DeepSeek-V4's tensors stand in files: as released, as {@code save_pretrained} of transformers
 * writes them (the released ones behind {@code model.}, and {@code attn.norm} for {@code attn.kv_norm}), and as its
 * modules are called.
 *
 * @param layer {@code model.layers.N.}, or nothing
 */
record DeepseekV4Names(String layer) {
    private static final String MODEL = "model.";

    /** Released names of a layer's tensors, and the modules' where they differ by more than the first part. */
    private static final Map<String, String> MODULES = Map.ofEntries(
            Map.entry("attn.attn_sink", "self_attn.sinks"),
            Map.entry("attn.wq_a.weight", "self_attn.q_a_proj.weight"),
            Map.entry("attn.q_norm.weight", "self_attn.q_a_norm.weight"),
            Map.entry("attn.wq_b.weight", "self_attn.q_b_proj.weight"),
            Map.entry("attn.wkv.weight", "self_attn.kv_proj.weight"),
            Map.entry("attn.kv_norm.weight", "self_attn.kv_norm.weight"),
            Map.entry("attn.wo_a.weight", "self_attn.o_a_proj.weight"),
            Map.entry("attn.wo_b.weight", "self_attn.o_b_proj.weight"),
            Map.entry("attn.compressor.wkv.weight", "self_attn.compressor.kv_proj.weight"),
            Map.entry("attn.compressor.wgate.weight", "self_attn.compressor.gate_proj.weight"),
            Map.entry("attn.compressor.ape", "self_attn.compressor.position_bias"),
            Map.entry("attn.compressor.norm.weight", "self_attn.compressor.kv_norm.weight"),
            Map.entry("attn.indexer.wq_b.weight", "self_attn.compressor.indexer.q_b_proj.weight"),
            Map.entry("attn.indexer.weights_proj.weight", "self_attn.compressor.indexer.scorer.weights_proj.weight"),
            Map.entry("attn.indexer.compressor.wkv.weight", "self_attn.compressor.indexer.kv_proj.weight"),
            Map.entry("attn.indexer.compressor.wgate.weight", "self_attn.compressor.indexer.gate_proj.weight"),
            Map.entry("attn.indexer.compressor.ape", "self_attn.compressor.indexer.position_bias"),
            Map.entry("attn.indexer.compressor.norm.weight", "self_attn.compressor.indexer.kv_norm.weight"),
            Map.entry("ffn.gate.weight", "mlp.gate.weight"),
            Map.entry("ffn.gate.bias", "mlp.gate.e_score_correction_bias"),
            Map.entry("ffn.gate.tid2eid", "mlp.gate.tid2eid"));

    private static final Map<String, String> MATRICES = Map.of("w1", "gate_proj", "w2", "down_proj", "w3", "up_proj");

    /** A tensor of the layer by its released name. */
    TensorSpec spec(String released, TensorSpec.Kind kind, long... shape) {
        Set<String> others = new LinkedHashSet<>();
        others.add(layer + released);
        if (released.equals("attn.kv_norm.weight")) {
            others.add(layer + "attn.norm.weight");
        }
        others.add(layer + module(released));
        String name = layer.startsWith(MODEL) ? layer.substring(MODEL.length()) + released : layer + released;
        return new TensorSpec(name, java.util.Arrays.stream(shape).boxed().toList(), kind, List.copyOf(others));
    }

    /** The matrices of a gated feed-forward, gate, up and down, under a name that ends in a dot. */
    List<TensorSpec> gated(String part, long hidden, long inner) {
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(
                spec(part + "w1.weight", TensorSpec.Kind.COMPUTE, inner, hidden).multiplied());
        tensors.add(
                spec(part + "w3.weight", TensorSpec.Kind.COMPUTE, inner, hidden).multiplied());
        tensors.add(
                spec(part + "w2.weight", TensorSpec.Kind.COMPUTE, hidden, inner).multiplied());
        return tensors;
    }

    private static String module(String released) {
        String known = MODULES.get(released);
        if (known != null) {
            return known;
        }
        // ffn.experts.J.w1.weight and ffn.shared_experts.w1.weight
        String[] parts = released.split("\\.");
        String matrix = parts[parts.length - 2];
        return released.replace("ffn.", "mlp.").replace(matrix + ".weight", MATRICES.get(matrix) + ".weight");
    }
}
