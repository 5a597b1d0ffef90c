package mhc.model.decoder;

import java.util.List;

/** The second sublayer: what happens to a token by itself. */
public interface FeedForward {

    /**
     * Weights of one layer, in the order of the list that the function takes.
     *
     * @param name of the layer, ending in a dot
     * @param layer index
     */
    List<TensorSpec> tensors(String name, int layer);

    /** Of {@link #tensors}, the elements that one token is multiplied with. */
    long activeElements(int layer);

    /** Experts that a router chooses from, 0 without one. */
    default int experts() {
        return 0;
    }

    /** Numbers of a token's widest state between the matrices. */
    long widest();

    /** TorchScript of {@code feed_forward(x [T,C], w, ids [T]) -> [T,C]}. */
    Script script();
}
