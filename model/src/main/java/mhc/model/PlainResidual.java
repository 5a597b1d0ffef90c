package mhc.model;

import java.util.List;

/** The identity residual: h + f(norm h). */
record PlainResidual() implements Residual {

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
    public String source() {
        return """
                def expand(e: Tensor) -> Tensor:
                  return e

                def read(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
                  return (h, annotate(List[Tensor], []))

                def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
                  return h + f

                def collapse(h: Tensor, w: List[Tensor]) -> Tensor:
                  return h
                """;
    }
}
