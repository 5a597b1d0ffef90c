package mhc.model;

import java.util.List;

/**
 * The residual connection: the state h between sublayers, [T,C] for a plain one and [T,n,C] for n streams. A "site" is one
 * sublayer with its connection, two per layer.
 */
interface Residual {

    /** Name in {@code config.json}: {@code none}, {@code hc} or {@code mhc}. */
    String name();

    /** Weights of one site; {@code site} is {@code attn} or {@code ffn}. */
    List<TensorSpec> tensors(String layer, String site);

    /** Weights of the merge after the last layer. */
    List<TensorSpec> headTensors();

    /** Whether sites have an n x n matrix that can be traced. */
    boolean hasStreams();

    /**
     * TorchScript of
     *
     * <pre>{@code
     * expand(e [T,C]) -> h
     * read(h, w) -> (x [T,C], state)          state is [] or [post [T,n], comb [T,n,n] (index [in, out])]
     * write(h, f [T,C], state) -> h
     * collapse(h, w) -> [T,C]
     * }</pre>
     */
    String source();
}
