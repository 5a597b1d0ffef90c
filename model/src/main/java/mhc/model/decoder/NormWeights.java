package mhc.model.decoder;

/** What the weights of a family's norms say of the factors that a norm multiplies with. */
public enum NormWeights {
    /** The factors themselves. */
    FACTORS(TensorSpec.Kind.WIDE),
    /** What the factors have above one (Gemma). */
    ABOVE_ONE(TensorSpec.Kind.ABOVE_ONE);

    private final TensorSpec.Kind kind;

    NormWeights(TensorSpec.Kind kind) {
        this.kind = kind;
    }

    /** The weight of a norm over so many numbers. */
    TensorSpec named(String name, long width) {
        return TensorSpec.of(kind, name, width);
    }
}
