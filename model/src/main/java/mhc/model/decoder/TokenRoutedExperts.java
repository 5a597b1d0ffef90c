package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * DeepSeek-V4's mixture of experts: every layer has one. In the first ones a fixed table says by a token's id which
 * experts see it; in the others they are those of the best scores, the square root of softplus, a bias added for the
 * choice. Weights come from scores in both. All experts, the shared one too, bound what their gate and their other
 * branch give.
 *
 * @param inner width of one expert
 * @param shared experts that see every token, kept as one of their summed width
 * @param chosen experts per token
 * @param scaling factor on the weights
 * @param limit of the branches
 * @param byToken whether a layer's router is a table
 */
record TokenRoutedExperts(
        int hidden,
        int inner,
        int experts,
        int shared,
        int chosen,
        double scaling,
        double limit,
        int vocabulary,
        List<Boolean> byToken)
        implements FeedForward {

    TokenRoutedExperts {
        byToken = List.copyOf(byToken);
    }

    @Override
    public List<TensorSpec> tensors(String name, int layer) {
        DeepseekV4Names names = new DeepseekV4Names(name);
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(names.spec("ffn.gate.weight", TensorSpec.Kind.WIDE, experts, hidden));
        tensors.add(
                byToken.get(layer)
                        ? names.spec("ffn.gate.tid2eid", TensorSpec.Kind.INDEX, vocabulary, chosen)
                        : names.spec("ffn.gate.bias", TensorSpec.Kind.WIDE, experts));
        tensors.addAll(names.gated("ffn.shared_experts.", hidden, (long) shared * inner));
        for (int expert = 0; expert < experts; expert++) {
            tensors.addAll(names.gated("ffn.experts." + expert + ".", hidden, inner));
        }
        return tensors;
    }

    @Override
    public long activeElements(int layer) {
        return (long) experts * hidden + 3L * hidden * inner * (shared + chosen);
    }

    @Override
    public long widest() {
        return (long) inner * (shared + chosen);
    }

    @Override
    public Script script() {
        Script routed = Binder.of(Script.class, "experts.py", "compressed/routing.py")
                .set("CHOSEN", chosen)
                .set("SCALING", scaling)
                .set("SHARED", true)
                .set("EXPERTS", experts)
                .weight("gate", 0)
                .weight("choice", 1)
                .weights("shared_experts", 2, 5)
                .weightsFrom("experts", 5)
                .script();
        Script gated = Binder.of(Script.class, "compressed/gated.py")
                .set("LIMIT", limit)
                .weight("gate", 0)
                .weight("up", 1)
                .weight("down", 2)
                .script();
        return routed.and(gated);
    }
}
