package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * n residual streams, written out in plain tensor operations: the specification that a fused kernel of the same
 * signature ({@code hc_pre}, {@code hc_post_pre}, {@code hc_head}, ...) is held against. Coefficients are float32
 * whatever the streams are.
 *
 * @param constrained mHC: the stream matrix is (nearly) doubly stochastic (arXiv 2512.24880 Eq. 7-9, eps as in
 *     DeepSeek-V4); otherwise hyper-connections (arXiv 2409.19606, as restated in arXiv 2512.24880 Eq. 5)
 * @param hidden C
 * @param streams n
 * @param iterations of Sinkhorn-Knopp, the opening softmax being half of the first
 * @param eps of Sinkhorn and of the read weights; not the one inside the norm. Without it (0) Sinkhorn runs in
 *     logarithms, as the paper's exponentials would vanish
 * @param normEps inside the root mean square of the coefficients' input
 * @param dynamic whether coefficients depend on the token; static ones are their {@code base} alone
 * @param singlePass whether a site reads with the weights that the site before computed (DeepSeek-V4.1's single-pass
 *     mHC); the first reads stream 0
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
        return List.of(fn, named(layer, site, "scale", 3), base);
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
        return List.of(head("fn", streams, (long) streams * hidden), head("scale", 1), head("base", streams));
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
    public Script script() {
        List<String> site = new ArrayList<>(List.of(
                "hyper/streams.py",
                constrained ? "hyper/constrained.py" : "hyper/unconstrained.py",
                atOnce() ? "hyper/site_at_once.py" : singlePass ? "hyper/site_single_pass.py" : "hyper/site.py"));
        if (!atOnce()) {
            site.add(dynamic ? "hyper/dynamic.py" : "hyper/static.py");
        }
        Binder binder = Binder.of(Script.class, site.toArray(String[]::new))
                .weights(tensors("", ""))
                .set("STREAMS", streams)
                .set("NORM_EPS", normEps);
        if (constrained) {
            binder.set("ITERATIONS", iterations).set("HC_EPS", eps);
        }
        return binder.script().and(collapseScript());
    }

    private Script collapseScript() {
        return switch (collapse) {
            case HEAD ->
                Binder.of(Script.class, "hyper/collapse_head.py")
                        .weights(headTensors())
                        .set("NORM_EPS", normEps)
                        .set("HC_EPS", eps)
                        .script();
            case MEAN -> Binder.of(Script.class, "hyper/collapse_mean.py").script();
            case SUM -> Binder.of(Script.class, "hyper/collapse_sum.py").script();
            case LAST_PRE ->
                Binder.of(Script.class, "hyper/collapse_last_pre.py").script();
        };
    }

    /** Whether a site computes its coefficients and reads with them, so that one kernel can do both. */
    private boolean atOnce() {
        return constrained && dynamic && !singlePass;
    }

    @Override
    public Map<String, Integer> fusable() {
        Map<String, Integer> calls = new TreeMap<>(Map.of("hc_post_", 1));
        if (atOnce()) {
            calls.put("hc_pre", 1);
            calls.put("hc_post_pre_", 1);
        } else {
            calls.put("hc_apply_pre", 1);
        }
        if (constrained && !atOnce()) {
            calls.put("hc_coeffs", 1);
            if (dynamic) {
                calls.put("hc_mix", 1);
            }
        }
        if (collapse == Collapse.HEAD && constrained) {
            calls.put("hc_head", 1);
        } else if (collapse == Collapse.HEAD || collapse == Collapse.LAST_PRE) {
            calls.merge("hc_apply_pre", 1, Integer::sum);
        }
        return calls;
    }
}
