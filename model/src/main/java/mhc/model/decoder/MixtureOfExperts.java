package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * DeepSeekMoE (arXiv 2401.06066, 2412.19437 section 2.1.2): leading layers are dense; in the others a router picks a
 * few of many small experts for each token, and shared experts see every token.
 *
 * @param inner width of a dense layer's feed-forward
 * @param expertInner width of one expert
 * @param shared experts that see every token, kept as one of their summed width; 0 for none
 * @param names of tensors in files
 * @param leadingDense layers before the first with experts
 */
public record MixtureOfExperts(
        int hidden, int inner, int expertInner, int experts, int shared, int leadingDense, Routing routing, Names names)
        implements FeedForward {

    /** What tensors are called. */
    public enum Names {
        /** {@code mlp.gate}, {@code mlp.experts.J.gate_proj}, as most have them. */
        DEEPSEEK,
        /** Also {@code block_sparse_moe.gate}, {@code block_sparse_moe.experts.J.w1}. */
        MIXTRAL
    }

    /**
     * How experts are picked and weighed.
     *
     * @param chosen experts per token
     * @param sigmoid scores by sigmoid, otherwise by softmax
     * @param correction whether a bias is added to the scores for the choice alone
     * @param groups of experts, 1 for no grouping
     * @param chosenGroups groups that a token may choose from
     * @param groupTop how many of a group's best scores make up its own
     * @param normalised whether the weights of the chosen are divided by their sum
     * @param scaling factor on the weights
     */
    public record Routing(
            int chosen,
            boolean sigmoid,
            boolean correction,
            int groups,
            int chosenGroups,
            int groupTop,
            boolean normalised,
            double scaling) {}

    @Override
    public List<TensorSpec> tensors(String name, int layer) {
        String mlp = name + "mlp.";
        if (layer < leadingDense) {
            return GatedFeedForward.tensors(mlp, hidden, inner);
        }
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(TensorSpec.wide(mlp + "gate.weight", experts, hidden));
        if (routing.correction()) {
            tensors.add(TensorSpec.wide(mlp + "gate.e_score_correction_bias", experts));
        }
        if (shared > 0) {
            tensors.addAll(GatedFeedForward.tensors(mlp + "shared_experts.", hidden, (long) shared * expertInner));
        }
        for (int expert = 0; expert < experts; expert++) {
            tensors.addAll(GatedFeedForward.tensors(mlp + "experts." + expert + ".", hidden, expertInner));
        }
        return names == Names.DEEPSEEK
                ? tensors
                : tensors.stream()
                        .map(spec -> spec.alsoNamed(mixtral(spec.name())))
                        .toList();
    }

    private static String mixtral(String name) {
        return name.replace("mlp.", "block_sparse_moe.")
                .replace("gate_proj", "w1")
                .replace("up_proj", "w3")
                .replace("down_proj", "w2");
    }

    @Override
    public long activeElements(int layer) {
        long all = tensors("", layer).stream().mapToLong(TensorSpec::elements).sum();
        return layer < leadingDense ? all : all - 3L * hidden * expertInner * (experts - routing.chosen());
    }

    @Override
    public long widest() {
        return Math.max(inner, (long) expertInner * routing.chosen());
    }

    @Override
    public Script script() {
        boolean limited = routing.groups() > 1;
        Binder binder = Binder.of(Script.class, "experts.py", "routing.py")
                .set("SIGMOID", routing.sigmoid())
                .set("CORRECTED", routing.correction())
                .set("LIMITED", limited)
                .set("GROUPS", routing.groups())
                .set("GROUP_TOP", routing.groupTop())
                .set("CHOSEN_GROUPS", routing.chosenGroups())
                .set("CHOSEN", routing.chosen())
                .set("NORMALISED", routing.normalised())
                .set("SCALING", routing.scaling())
                .set("SHARED", shared > 0)
                .set("EXPERTS", experts)
                .weight("gate", 0);
        int index = 1;
        if (routing.correction()) {
            binder.weight("e_score_correction_bias", index++);
        }
        if (shared > 0) {
            binder.weights("shared_experts", index, index + 3);
            index += 3;
        }
        return binder.weightsFrom("experts", index)
                .optional("e_score_correction_bias", "shared_experts")
                .script()
                .and(GatedFeedForward.gated(Activation.SILU));
    }
}
