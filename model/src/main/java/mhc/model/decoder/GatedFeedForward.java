package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/** Llama's feed-forward: {@code down(activation(gate x) * up x)}. */
public record GatedFeedForward(int hidden, int inner, boolean bias, Activation activation) implements FeedForward {

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
    public long widest() {
        return inner;
    }

    @Override
    public Script script() {
        return Binder.of(Script.class, "gated.py", activation.file(), "dense.py")
                .weights(tensors("", 0))
                .optional("gate_proj_bias", "up_proj_bias", "down_proj_bias")
                .script();
    }

    /** TorchScript of {@code gated(x [T,C], w) -> [T,C]} over three matrices without biases. */
    static Script gated(Activation activation) {
        return Binder.of(Script.class, "gated.py", activation.file())
                .weights(tensors("", 1, 1))
                .optional("gate_proj_bias", "up_proj_bias", "down_proj_bias")
                .script();
    }
}
