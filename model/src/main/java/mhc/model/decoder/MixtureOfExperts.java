package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * DeepSeekMoE (arXiv 2401.06066, 2412.19437 section 2.1.2): leading layers are dense; in the others a router picks a few of
 * many small experts for each token, and shared experts see every token.
 *
 * @param inner width of a dense layer's feed-forward
 * @param expertInner width of one expert
 * @param shared experts that see every token, kept as one of their summed width; 0 for none
 * @param leadingDense layers before the first with experts
 */
public record MixtureOfExperts(
        int hidden, int inner, int expertInner, int experts, int shared, int leadingDense, Routing routing)
        implements FeedForward {

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
        return tensors;
    }

    @Override
    public long activeElements(int layer) {
        long all = tensors("", layer).stream().mapToLong(TensorSpec::elements).sum();
        return layer < leadingDense ? all : all - 3L * hidden * expertInner * (experts - routing.chosen());
    }

    @Override
    public String source() {
        int first = 1 + (routing.correction() ? 1 : 0);
        int experts0 = first + (shared > 0 ? 3 : 0);
        String out = shared > 0 ? "__torch__.gated(x, w, %d)".formatted(first) : "torch.zeros_like(x)";
        return (SOURCE + (routing.groups() > 1 ? LIMITED : "") + (routing.normalised() ? NORMALISED : ""))
                .replace("%(score)", routing.sigmoid() ? "torch.sigmoid(z)" : "torch.softmax(z, -1)")
                .replace("%(corrected)", routing.correction() ? "scores + w[1]" : "scores")
                .replace("%(limited)", routing.groups() > 1 ? "__torch__.limited(choice)" : "choice")
                .replace("%(weights)", routing.normalised() ? "__torch__.normalised(weights)" : "weights")
                .replace("%(groups)", Integer.toString(routing.groups()))
                .replace("%(group_top)", Integer.toString(routing.groupTop()))
                .replace("%(chosen_groups)", Integer.toString(routing.chosenGroups()))
                .replace("%(chosen)", Integer.toString(routing.chosen()))
                .replace("%(scaling)", Double.toString(routing.scaling()))
                .replace("%(experts)", Integer.toString(experts))
                .replace("%(first)", Integer.toString(experts0))
                .replace("%(shared)", out);
    }

    /** A group's score is the sum of its best; experts of other groups cannot be chosen. */
    private static final String LIMITED = """

            def limited(choice: Tensor) -> Tensor:
              grouped = choice.view([choice.size(0), %(groups), -1])
              best = torch.topk(torch.topk(grouped, %(group_top), -1)[0].sum([-1], False), %(chosen_groups), -1)[1]
              out = torch.ones([choice.size(0), %(groups)], dtype=11, device=choice.device).scatter(1, best, False)
              return torch.masked_fill(grouped, out.unsqueeze(-1), float("-inf")).flatten(1)
            """;

    private static final String NORMALISED = """

            def normalised(weights: Tensor) -> Tensor:
              return weights / (weights.sum([-1], True) + 1e-20)
            """;

    private static final String SOURCE = """
            def gated(x: Tensor, w: List[Tensor], at: int) -> Tensor:
              return torch.linear(torch.silu(torch.linear(x, w[at])) * torch.linear(x, w[at + 1]), w[at + 2])

            def route(x: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor]:
              # x [T,C] -> experts [T,k], weights [T,k]; all in float32
              z = torch.linear(x.to(6), w[0])
              scores = %(score)
              choice = %(corrected)
              experts = torch.topk(%(limited), %(chosen), -1)[1]
              weights = scores.gather(1, experts)
              return (experts, %(weights) * %(scaling))

            def feed_forward(x: Tensor, w: List[Tensor]) -> Tensor:
              if len(w) == 3:
                return __torch__.gated(x, w, 0)
              experts, weights = __torch__.route(x, w)
              out = %(shared)
              # Tokens stand together by expert, so that each expert runs once, over its own tokens alone.
              flat = experts.flatten()
              order = torch.argsort(flat)
              counts = annotate(List[int], torch.bincount(flat, None, %(experts)).cpu().tolist())
              owner = torch.floor_divide(order, %(chosen))
              weight = weights.flatten().index_select(0, order).unsqueeze(1)
              start = 0
              for i in range(%(experts)):
                count = counts[i]
                if count > 0:
                  rows = owner.narrow(0, start, count)
                  y = __torch__.gated(x.index_select(0, rows), w, %(first) + 3 * i)
                  out.index_add_(0, rows, (y * weight.narrow(0, start, count)).to(out.dtype))
                  start += count
              return out
            """;
}
