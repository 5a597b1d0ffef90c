package mhc.model.probe;

import mhc.model.decoder.Binder;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Script;

/** The timing loops of {@link KernelBench}: each operation once by the fused kernel and once by the reference. */
final class KernelBenchSource {
    private static final String[][] CALLS = {
        {"hc_mix", "%hc_mix(h[k], w[0], 1e-6)"},
        {"hc_coeffs", "%hc_coeffs(w[3], w[1], w[2], 4, 20, 1e-6, 2.0)[2]"},
        {"hc_apply_pre", "%hc_apply_pre(h[k], w[4])"},
        {"hc_pre", "%hc_pre(h[k], w[0], w[1], w[2], None, 4, 20, 1e-6, 1e-6, 2.0)[0]"},
        {"hc_post", "%hc_post(f[k], h[k], w[5], w[6])"},
        {"hc_post_", "%hc_post_(f[k], h[k], w[5], w[6])"},
        {"hc_post_pre", "%hc_post_pre(f[k], h[k], w[5], w[6], w[0], w[1], w[2], None, 20, 1e-6, 1e-6, 2.0)[1]"},
        {"hc_post_pre_", "%hc_post_pre_(f[k], h[k], w[5], w[6], w[0], w[1], w[2], None, 20, 1e-6, 1e-6, 2.0)[1]"},
        {"hc_head", "%hc_head(h[k], w[0].narrow(0, 0, 4), w[1].narrow(0, 0, 1), w[2].narrow(0, 0, 4), 1e-6, 1e-6)"},
    };

    /** What a site costs with a sublayer between its two halves. */
    private static final String SITE = """
            def site_%(v)(h: Tensor, f: Tensor, w: List[Tensor]) -> Tensor:
              y, post, comb = %hc_pre(h, w[0], w[1], w[2], None, 4, 20, 1e-6, 1e-6, 2.0)
              return %hc_post_(f, h, post, comb)
            """;

    private static final String LOOP = """
            def %(name)(self: __torch__.Program, h: List[Tensor], f: List[Tensor], w: List[Tensor], repeats: int) -> float:
              out = h[0]
              for i in range(repeats):
                k = i % len(h)
                out = %(call)
              return float(out.flatten()[0].item())
            """;

    /** The whole module. */
    static final String TEXT = text();

    private KernelBenchSource() {}

    private static String text() {
        StringBuilder methods = new StringBuilder();
        for (String[] call : CALLS) {
            methods.append(loop("fused_" + call[0], call[1].replace("%", "ops.mhc.")));
            methods.append(loop("plain_" + call[0], call[1].replace("%", "__torch__.")));
        }
        for (String variant : new String[] {"fused", "plain"}) {
            methods.append(loop(variant + "_site", "__torch__.site_" + variant + "(h[k], f[k], w)"));
        }
        methods.append(loop("copy", "h[1 - k].copy_(h[k], False)"));
        for (String like : new String[] {"h", "f"}) {
            methods.append(loop("fresh_" + like, "torch.empty_like(" + like + "[k]).fill_(1.0)"));
            methods.append(loop("again_" + like, like + "[k].fill_(1.0)"));
        }
        methods.append(loop("product", "torch.linear(h[0], h[1])"));
        return Linker.link(
                Script.module(methods.toString()),
                Script.norms(),
                new HyperResidual(true, 1, 4, 20, 1e-6, 1e-6, HyperResidual.Collapse.HEAD, true, false).script(),
                Binder.of(SITE.replace("%(v)", "fused").replace("%", "ops.mhc.")
                                + SITE.replace("%(v)", "plain").replace("%", "__torch__."))
                        .script());
    }

    private static String loop(String name, String call) {
        return LOOP.replace("%(name)", name).replace("%(call)", call) + "\n";
    }
}
