package mhc.model.probe.pipeline;

import java.util.Optional;

/** One entry of a rank's schedule. */
record Op(Kind kind, Optional<Chunk> forward, Optional<Chunk> backward) {

    enum Kind {
        FORWARD,
        /** Gradients of inputs and weights. */
        BACKWARD,
        /** Gradients of inputs alone: those of the weights come later. */
        INPUTS,
        WEIGHTS,
        /**
         * A forward and a backward pass whose kernels alternate, so that each computes while the other communicates.
         */
        PAIR
    }

    static Op forward(Chunk chunk) {
        return new Op(Kind.FORWARD, Optional.of(chunk), Optional.empty());
    }

    static Op backward(Kind kind, Chunk chunk) {
        return new Op(kind, Optional.empty(), Optional.of(chunk));
    }

    static Op pair(Chunk forward, Chunk backward) {
        return new Op(Kind.PAIR, Optional.of(forward), Optional.of(backward));
    }
}
