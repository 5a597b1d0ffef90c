package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/** Llama's feed-forward: {@code down(silu(gate x) * up x)}. */
public record GatedFeedForward(int hidden, int inner, boolean bias) implements FeedForward {

    @Override
    public List<TensorSpec> tensors(String name, int layer) {
        List<TensorSpec> tensors = new ArrayList<>(tensors(name + "mlp.", hidden, inner));
        if (bias) {
            tensors.add(TensorSpec.of(name + "mlp.gate_proj.bias", inner));
            tensors.add(TensorSpec.of(name + "mlp.up_proj.bias", inner));
            tensors.add(TensorSpec.of(name + "mlp.down_proj.bias", hidden));
        }
        return tensors;
    }

    /** The three matrices under a name that ends in a dot. */
    static List<TensorSpec> tensors(String name, long hidden, long inner) {
        return List.of(
                TensorSpec.of(name + "gate_proj.weight", inner, hidden).multiplied(),
                TensorSpec.of(name + "up_proj.weight", inner, hidden).multiplied(),
                TensorSpec.of(name + "down_proj.weight", hidden, inner).multiplied());
    }

    @Override
    public long activeElements(int layer) {
        return tensors("", layer).stream().mapToLong(TensorSpec::elements).sum();
    }

    @Override
    public String source() {
        return """
                def feed_forward(x: Tensor, w: List[Tensor]) -> Tensor:
                  gate = torch.silu(torch.linear(x, w[0]%(bias3)))
                  return torch.linear(gate * torch.linear(x, w[1]%(bias4)), w[2]%(bias5))
                """.replaceAll("%\\(bias([0-9])\\)", bias ? ", w[$1]" : "");
    }
}
