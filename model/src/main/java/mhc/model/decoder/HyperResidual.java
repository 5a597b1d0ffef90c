package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * n residual streams, written out in plain tensor operations: the specification that a fused kernel of the same signature
 * ({@code hc_pre}, {@code hc_post_pre}, {@code hc_head}, ...) is held against. Coefficients are float32 whatever the streams are.
 *
 * @param constrained mHC: the stream matrix is (nearly) doubly stochastic (arXiv 2512.24880 Eq. 7-9, eps as in
 *     DeepSeek-V4); otherwise hyper-connections (arXiv 2409.19606, as restated in arXiv 2512.24880 Eq. 5)
 * @param hidden C
 * @param streams n
 * @param iterations of Sinkhorn-Knopp, the opening softmax being half of the first
 * @param eps of Sinkhorn and of the read weights; not the one inside the norm. Without it (0) Sinkhorn runs in logarithms, as the
 *     paper's exponentials would vanish
 * @param normEps inside the root mean square of the coefficients' input
 * @param dynamic whether coefficients depend on the token; static ones are their {@code base} alone
 * @param singlePass whether a site reads with the weights that the site before computed (DeepSeek-V4.1's single-pass mHC);
 *     the first reads stream 0
 */
public record HyperResidual(
        boolean constrained,
        int hidden,
        int streams,
        int iterations,
        double eps,
        double normEps,
        Collapse collapse,
        boolean dynamic,
        boolean singlePass)
        implements Residual {

    /** How the streams become one before the final norm. */
    public enum Collapse {
        /** A learned weighted sum. */
        HEAD,
        MEAN,
        SUM,
        /** The weighted sum with which a further site would read; single-pass only. */
        LAST_PRE
    }

    @Override
    public String name() {
        return constrained ? "mhc" : "hc";
    }

    @Override
    public List<TensorSpec> tensors(String layer, String site) {
        int coefficients = 2 * streams + streams * streams;
        TensorSpec base = named(layer, site, "base", coefficients);
        if (!dynamic) {
            return List.of(base);
        }
        TensorSpec fn = constrained
                ? named(layer, site, "fn", coefficients, (long) streams * hidden)
                : named(layer, site, "fn", 2 + streams, hidden);
        return List.of(fn, base, named(layer, site, "scale", 3));
    }

    /** The name that transformers gives, and DeepSeek-V4's own, with and without the common first part. */
    private static TensorSpec named(String layer, String site, String part, long... shape) {
        String published = layer + "hc_" + site + "_" + part;
        return TensorSpec.exact(layer + site + "_hc." + part, shape)
                .alsoNamed(published, published.replaceFirst("^model\\.", ""));
    }

    @Override
    public List<TensorSpec> headTensors() {
        if (collapse != Collapse.HEAD) {
            return List.of();
        }
        return List.of(head("fn", streams, (long) streams * hidden), head("base", streams), head("scale", 1));
    }

    private static TensorSpec head(String part, long... shape) {
        return TensorSpec.exact("model.hc_head.hc_" + part, shape)
                .alsoNamed("model.hc_head_" + part, "hc_head_" + part);
    }

    @Override
    public boolean hasStreams() {
        return true;
    }

    @Override
    public String source() {
        List<String> parts = new ArrayList<>();
        parts.add(constrained ? CONSTRAINED : UNCONSTRAINED);
        parts.add(dynamic ? BY_TOKEN : STATIC);
        boolean fusable = constrained && dynamic && !singlePass;
        parts.add(singlePass ? READ_WITH_BEFORE : fusable ? READ_FUSABLE : READ);
        parts.add(fusable ? WRITE_READ_FUSABLE : WRITE_READ);
        parts.add(SHARED);
        parts.add(
                switch (collapse) {
                    case HEAD -> HEAD;
                    case MEAN -> collapse("h.to(6).mean([1], False).to(h.dtype)");
                    case SUM -> collapse("h.to(6).sum([1], False).to(h.dtype)");
                    case LAST_PRE -> collapse("__torch__.hc_apply_pre(h, before[2])");
                });
        return String.join("\n", parts)
                .replace("%(no_mix)", constrained ? "[1, base.size(0)]" : "[1, %(n), 2 + %(n)]")
                .replace("%(settings)", constrained ? "%(n), %(iterations), %(eps), 2.0" : "%(n)")
                .replace("%(n)", Integer.toString(streams))
                .replace("%(iterations)", Integer.toString(iterations))
                .replace("%(eps)", Double.toString(eps))
                .replace("%(norm_eps)", Double.toString(normEps));
    }

    private static String collapse(String expression) {
        return """
                def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
                  return %s
                """.formatted(expression);
    }

    private static final String CONSTRAINED = """
            def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
              # [T, 2n + n*n]: pre | post | comb, from the root mean square over all n*C
              return torch.linear(__torch__.rms(h.flatten(1).to(fn.dtype), norm_eps), fn)

            def sinkhorn(logits: Tensor, iters: int, eps: float) -> Tensor:
              if eps == 0.0:
                # In logs: e^x is 0 in float32 where x is 104 below its row's largest, and a column of such 0 / 0.
                for i in range(iters):
                  logits = torch.log_softmax(torch.log_softmax(logits, -1), -2)
                return torch.exp(logits)
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
              return (__torch__.normed(y, norm_w, norm_eps), post, comb)

            def hc_post_pre(f: Tensor, h: Tensor, post: Tensor, comb: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_w: Optional[Tensor], iters: int, norm_eps: float, hc_eps: float, post_mult: float) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
              h = __torch__.hc_post(f, h, post, comb)
              y, post, comb = __torch__.hc_pre(h, fn, scale, base, norm_w, h.size(1), iters, norm_eps, hc_eps, post_mult)
              return (h, y, post, comb)

            def hc_post_pre_(f: Tensor, h: Tensor, post: Tensor, comb: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_w: Optional[Tensor], iters: int, norm_eps: float, hc_eps: float, post_mult: float) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
              # Nobody reads h afterwards: a kernel may write into its memory.
              return __torch__.hc_post_pre(f, h, post, comb, fn, scale, base, norm_w, iters, norm_eps, hc_eps, post_mult)
            """;

    private static final String UNCONSTRAINED = """
            def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
              # [T, n(in), 2 + n]: pre | post | comb row, from the root mean square of each stream
              # Nothing bounds these numbers: where they nearly cancel, a rounding in them grows to a thousandfold. They are
              # therefore computed in float64, unless the streams are of a half type, and rounded once. On a CPU few
              # tokens at a time, whose wide copies stay near it.
              if h.dtype != 6:
                return __torch__.mix_of(h.to(6), fn, norm_eps)
              fn = fn.to(7)
              if h.is_cuda or h.size(0) <= 64:
                return __torch__.mix_of(h.to(7), fn, norm_eps)
              mixes = annotate(List[Tensor], [])
              for part in torch.split(h, 64):
                mixes.append(__torch__.mix_of(part.to(7), fn, norm_eps))
              return torch.cat(mixes, 0)

            def mix_of(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
              norm = torch.rsqrt((h * h).mean([-1], True) + norm_eps)
              return torch.tanh(torch.linear(h, fn) * norm)

            def hc_coeffs(mix: Tensor, scale: Tensor, base: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor]:
              pre = scale[0] * mix.select(2, 0) + base.narrow(0, 0, n)
              post = scale[1] * mix.select(2, 1) + base.narrow(0, n, n)
              comb = scale[2] * mix.narrow(2, 2, n) + base.narrow(0, 2 * n, n * n).view([n, n])
              return (pre.to(6), post.to(6), comb.to(6))
            """;

    private static final String BY_TOKEN = """
            def coefficients(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
              return __torch__.hc_coeffs(__torch__.hc_mix(h, w[0], %(norm_eps)), w[2], w[1], %(settings))
            """;

    private static final String STATIC = """
            def coefficients(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
              base = w[0]
              mix = torch.zeros(%(no_mix), dtype=base.dtype, device=base.device)
              pre, post, comb = __torch__.hc_coeffs(mix, base.narrow(0, 0, 3), base, %(settings))
              tokens = h.size(0)
              return (pre.expand([tokens, -1]), post.expand([tokens, -1]), comb.expand([tokens, -1, -1]))
            """;

    /** One call that a fused kernel can take the place of. */
    private static final String READ_FUSABLE = """
            def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
              x, post, comb = __torch__.hc_pre(h, w[0], w[2], w[1], norm_w, %(n), %(iterations), %(norm_eps), %(eps), 2.0)
              return (x, [post, comb])
            """;

    private static final String WRITE_READ_FUSABLE = """
            def write_read(h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]) -> Tuple[Tensor, Tensor, List[Tensor]]:
              h, x, post, comb = __torch__.hc_post_pre_(f, h, state[0], state[1], w[0], w[2], w[1], norm_w, %(iterations), %(norm_eps), %(eps), 2.0)
              return (h, x, [post, comb])
            """;

    private static final String READ = """
            def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
              pre, post, comb = __torch__.coefficients(h, w)
              return (__torch__.normed(__torch__.hc_apply_pre(h, pre), norm_w, %(norm_eps)), [post, comb])
            """;

    private static final String WRITE_READ = """
            def write_read(h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]) -> Tuple[Tensor, Tensor, List[Tensor]]:
              h = __torch__.write(h, f, state)
              x, state = __torch__.read(h, w, norm_w, state)
              return (h, x, state)
            """;

    private static final String READ_WITH_BEFORE = """
            def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
              pre, post, comb = __torch__.coefficients(h, w)
              if len(before) == 0:
                x = h.select(1, 0)
              else:
                x = __torch__.hc_apply_pre(h, before[2])
              return (__torch__.normed(x, norm_w, %(norm_eps)), [post, comb, pre])
            """;

    private static final String SHARED = """
            def hc_apply_pre(h: Tensor, pre: Tensor) -> Tensor:
              return (pre.unsqueeze(-1) * h).sum([1], False).to(h.dtype)

            def hc_post(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
              mixed = torch.matmul(comb.transpose(1, 2), h.to(comb.dtype))
              return (post.unsqueeze(-1) * f.unsqueeze(1) + mixed).to(h.dtype)

            def hc_post_(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
              # Nobody reads h afterwards: a kernel may write into its memory.
              return __torch__.hc_post(f, h, post, comb)

            def expand(e: Tensor) -> Tensor:
              return e.unsqueeze(1).repeat([1, %(n), 1])

            def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
              return __torch__.hc_post_(f, h, state[0], state[1])
            """;

    private static final String HEAD = """
            def hc_head(h: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_eps: float, hc_eps: float) -> Tensor:
              mix = torch.linear(__torch__.rms(h.flatten(1).to(fn.dtype), norm_eps), fn)
              return __torch__.hc_apply_pre(h, torch.sigmoid(scale * mix + base) + hc_eps)

            def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
              return __torch__.hc_head(h, w[0], w[2], w[1], %(norm_eps), %(eps))
            """;
}
