package mhc.model.decoder;

import java.util.List;
import java.util.Map;

/**
 * The residual connection: the state h between sublayers, [T,C] for a plain one and [T,n,C] for n streams. A "site" is
 * one sublayer with its connection, two per layer.
 */
public interface Residual {

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
     * read(h, w, norm_w?, before) -> (x [T,C], state)
     * write(h, f [T,C], state) -> h
     * write_read(h, f, state, w, norm_w?) -> (h, x, state)
     * collapse(h, w, before) -> [T,C]
     * }</pre>
     *
     * {@code x} is the sublayer's input, normed where its weight {@code norm_w} is given; {@code f} its output; {@code
     * state} [] or [post [T,n], comb [T,n,n] (index [in, out]), ...]; {@code before} the state of the site before, []
     * at the first. {@code write_read} is one site's {@code write} and the next one's {@code read}: the boundary
     * between two sublayers. Both may use the memory of the {@code h} they are given, which nobody reads afterwards.
     */
    Script script();

    /**
     * The functions that fused operations of {@code torch.ops.mhc} can take the place of, and how often a whole program
     * then calls each.
     */
    Map<String, Integer> fusable();
}
