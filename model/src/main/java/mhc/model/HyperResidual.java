package mhc.model;

import java.util.ArrayList;
import java.util.List;

/**
 * n residual streams, written out in plain tensor operations: the specification that a fused kernel of the same signature
 * ({@code hc_pre}, {@code hc_post}, {@code hc_head}) is held against.
 *
 * @param constrained mHC: the stream matrix is (nearly) doubly stochastic (arXiv 2512.24880 Eq. 7-9, eps as in
 *     DeepSeek-V4); otherwise dynamic hyper-connections (arXiv 2409.19606, as restated in arXiv 2512.24880 Eq. 5)
 * @param hidden C
 * @param streams n
 * @param iterations of Sinkhorn-Knopp, the opening softmax being half of the first
 * @param eps of Sinkhorn and of the read weights; not the one inside the norm
 * @param normEps inside the root mean square of the coefficients' input
 */
record HyperResidual(
        boolean constrained, int hidden, int streams, int iterations, double eps, double normEps, Collapse collapse)
        implements Residual {

    /** How the streams become one before the final norm. */
    enum Collapse {
        /** A learned weighted sum. */
        HEAD,
        MEAN,
        SUM
    }

    @Override
    public String name() {
        return constrained ? "mhc" : "hc";
    }

    @Override
    public List<TensorSpec> tensors(String layer, String site) {
        String name = layer + site + "_hc.";
        int coefficients = 2 * streams + streams * streams;
        return List.of(
                constrained
                        ? TensorSpec.exact(name + "fn", coefficients, (long) streams * hidden)
                        : TensorSpec.exact(name + "fn", 2 + streams, hidden),
                TensorSpec.exact(name + "base", coefficients),
                TensorSpec.exact(name + "scale", 3));
    }

    @Override
    public List<TensorSpec> headTensors() {
        if (collapse != Collapse.HEAD) {
            return List.of();
        }
        String name = "model.hc_head.";
        return List.of(
                TensorSpec.exact(name + "hc_fn", streams, (long) streams * hidden),
                TensorSpec.exact(name + "hc_base", streams),
                TensorSpec.exact(name + "hc_scale", 1));
    }

    @Override
    public boolean hasStreams() {
        return true;
    }

    @Override
    public String source() {
        List<String> parts = new ArrayList<>(List.of(constrained ? CONSTRAINED : DYNAMIC, SHARED, collapseSource()));
        return String.join("\n", parts)
                .replace("%(n)", Integer.toString(streams))
                .replace("%(iterations)", Integer.toString(iterations))
                .replace("%(eps)", Double.toString(eps))
                .replace("%(norm_eps)", Double.toString(normEps));
    }

    private String collapseSource() {
        return switch (collapse) {
            case HEAD -> HEAD;
            case MEAN -> """
                    def collapse(h: Tensor, w: List[Tensor]) -> Tensor:
                      return h.mean([1], False)
                    """;
            case SUM -> """
                    def collapse(h: Tensor, w: List[Tensor]) -> Tensor:
                      return h.sum([1], False)
                    """;
        };
    }

    private static final String CONSTRAINED = """
            def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
              # [T, 2n + n*n]: pre | post | comb, from the root mean square over all n*C
              return torch.linear(__torch__.rms(h.flatten(1).to(fn.dtype), norm_eps), fn)

            def sinkhorn(logits: Tensor, iters: int, eps: float) -> Tensor:
              comb = torch.softmax(logits, -1) + eps
              comb = comb / (comb.sum([-2], True) + eps)
              for i in range(iters - 1):
                comb = comb / (comb.sum([-1], True) + eps)
                comb = comb / (comb.sum([-2], True) + eps)
              return comb

            def hc_coeffs(mix: Tensor, scale: Tensor, base: Tensor, n: int, iters: int, hc_eps: float, post_mult: float) -> Tuple[Tensor, Tensor, Tensor]:
              pre = torch.sigmoid(scale[0] * mix.narrow(1, 0, n) + base.narrow(0, 0, n)) + hc_eps
              post = post_mult * torch.sigmoid(scale[1] * mix.narrow(1, n, n) + base.narrow(0, n, n))
              logits = scale[2] * mix.narrow(1, 2 * n, n * n) + base.narrow(0, 2 * n, n * n)
              return (pre, post, __torch__.sinkhorn(logits.view([-1, n, n]), iters, hc_eps))

            def hc_pre(h: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_w: Optional[Tensor], n: int, iters: int, norm_eps: float, hc_eps: float, post_mult: float) -> Tuple[Tensor, Tensor, Tensor]:
              mix = __torch__.hc_mix(h, fn, norm_eps)
              pre, post, comb = __torch__.hc_coeffs(mix, scale, base, n, iters, hc_eps, post_mult)
              y = __torch__.hc_apply_pre(h, pre)
              if norm_w is not None:
                y = norm_w * __torch__.rms(y.to(6), norm_eps).to(y.dtype)
              return (y, post, comb)

            def read(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
              y, post, comb = __torch__.hc_pre(h, w[0], w[2], w[1], None, %(n), %(iterations), %(norm_eps), %(eps), 2.0)
              return (y, [post, comb])
            """;

    private static final String DYNAMIC = """
            def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
              # [T, n(in), 2 + n]: pre | post | comb row, from the root mean square of each stream
              return torch.tanh(torch.linear(__torch__.rms(h.to(fn.dtype), norm_eps), fn))

            def hc_coeffs(mix: Tensor, scale: Tensor, base: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor]:
              pre = scale[0] * mix.select(2, 0) + base.narrow(0, 0, n)
              post = scale[1] * mix.select(2, 1) + base.narrow(0, n, n)
              comb = scale[2] * mix.narrow(2, 2, n) + base.narrow(0, 2 * n, n * n).view([n, n])
              return (pre, post, comb)

            def read(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
              mix = __torch__.hc_mix(h, w[0], %(norm_eps))
              pre, post, comb = __torch__.hc_coeffs(mix, w[2], w[1], %(n))
              return (__torch__.hc_apply_pre(h, pre), [post, comb])
            """;

    private static final String SHARED = """
            def hc_apply_pre(h: Tensor, pre: Tensor) -> Tensor:
              return (pre.unsqueeze(-1) * h).sum([1], False).to(h.dtype)

            def hc_post(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
              return post.to(h.dtype).unsqueeze(-1) * f.unsqueeze(1) + torch.matmul(comb.to(h.dtype).transpose(1, 2), h)

            def expand(e: Tensor) -> Tensor:
              return e.unsqueeze(1).repeat([1, %(n), 1])

            def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
              return __torch__.hc_post(f, h, state[0], state[1])
            """;

    private static final String HEAD = """
            def hc_head(h: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_eps: float, hc_eps: float) -> Tensor:
              mix = torch.linear(__torch__.rms(h.flatten(1).to(fn.dtype), norm_eps), fn)
              return __torch__.hc_apply_pre(h, torch.sigmoid(scale * mix + base) + hc_eps)

            def collapse(h: Tensor, w: List[Tensor]) -> Tensor:
              return __torch__.hc_head(h, w[0], w[2], w[1], %(norm_eps), %(eps))
            """;
}
