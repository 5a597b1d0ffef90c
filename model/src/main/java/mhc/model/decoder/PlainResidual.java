package mhc.model.decoder;

import java.util.List;
import java.util.Map;

/**
 * The identity residual: h + f(norm h).
 *
 * @param normEps inside the norm of a sublayer's input
 */
record PlainResidual(double normEps) implements Residual {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public List<TensorSpec> tensors(String layer, String site) {
        return List.of();
    }

    @Override
    public List<TensorSpec> headTensors() {
        return List.of();
    }

    @Override
    public boolean hasStreams() {
        return false;
    }

    @Override
    public Script script() {
        return Binder.of(Script.class, "plain.py").set("NORM_EPS", normEps).script();
    }

    @Override
    public Map<String, Integer> fusable() {
        return Map.of();
    }
}
