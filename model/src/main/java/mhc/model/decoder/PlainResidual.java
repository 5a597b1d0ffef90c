package mhc.model.decoder;

import java.util.List;

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
    public String source() {
        return """
                def expand(e: Tensor) -> Tensor:
                  return e

                def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
                  return (__torch__.normed(h, norm_w, %(norm_eps)), annotate(List[Tensor], []))

                def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
                  return h + f

                def write_read(h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]) -> Tuple[Tensor, Tensor, List[Tensor]]:
                  h = h + f
                  return (h, __torch__.normed(h, norm_w, %(norm_eps)), state)

                def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
                  return h
                """.replace("%(norm_eps)", Double.toString(normEps));
    }
}
