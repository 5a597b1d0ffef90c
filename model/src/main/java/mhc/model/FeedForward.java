package mhc.model;

import java.util.List;

/** The second sublayer: what happens to a token by itself. */
interface FeedForward {

    /** Weights of one layer, in the order in which the function indexes them. */
    List<TensorSpec> tensors(String layer);

    /** TorchScript of {@code feed_forward(x [T,C], w) -> [T,C]}. */
    String source();
}
