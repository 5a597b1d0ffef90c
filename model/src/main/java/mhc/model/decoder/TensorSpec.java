package mhc.model.decoder;

import java.util.List;

/**
 * A weight that a program reads: its name in the checkpoint and the shape it must have there.
 *
 * @param otherNames under which published checkpoints hold the same tensor
 * @param onlyMultiplied whether {@code torch.linear} is all that reads it, so that {@link PackedWeights} may hold it
 */
public record TensorSpec(String name, List<Long> shape, Kind kind, List<String> otherNames, boolean onlyMultiplied) {

    /** What type a tensor is computed with. */
    public enum Kind {
        /** The compute type. */
        COMPUTE,
        /** float32 whatever the compute type, stored as anything: norms and routers. */
        WIDE,
        /**
         * float32 whatever the compute type, stored as float32: hyper-connections. Half types are a reason for a
         * warning.
         */
        EXACT,
        /** As {@link #WIDE}, held as one more than what is stored: norms whose file says what they have above one. */
        ABOVE_ONE,
        /** Whole numbers of 64 bits: a table. */
        INDEX
    }

    public TensorSpec {
        shape = List.copyOf(shape);
        otherNames = List.copyOf(otherNames);
    }

    public TensorSpec(String name, List<Long> shape, Kind kind, List<String> otherNames) {
        this(name, shape, kind, otherNames, false);
    }

    public static TensorSpec of(String name, long... shape) {
        return of(Kind.COMPUTE, name, shape);
    }

    static TensorSpec wide(String name, long... shape) {
        return of(Kind.WIDE, name, shape);
    }

    static TensorSpec exact(String name, long... shape) {
        return of(Kind.EXACT, name, shape);
    }

    static TensorSpec of(Kind kind, String name, long... shape) {
        return new TensorSpec(name, boxed(shape), kind, List.of());
    }

    TensorSpec alsoNamed(String... names) {
        return new TensorSpec(name, shape, kind, List.of(names), onlyMultiplied);
    }

    /** The same matrix [out, in], read by {@code torch.linear} alone. */
    TensorSpec multiplied() {
        return new TensorSpec(name, shape, kind, otherNames, true);
    }

    /**
     * Name among the weights of its part, as TorchScript files have it: {@code q_proj}, {@code q_proj_bias}, {@code
     * fn}.
     */
    String shortName() {
        String stem = name.replaceFirst("\\.weight$", "").replaceFirst("\\.bias$", "_bias");
        return stem.substring(stem.lastIndexOf('.') + 1);
    }

    /** Bytes as held for a compute type. */
    public long bytes(ComputeType type) {
        return elements()
                * switch (kind) {
                    case COMPUTE -> type.bytes();
                    case WIDE, EXACT, ABOVE_ONE -> Float.BYTES;
                    case INDEX -> Long.BYTES;
                };
    }

    /** Its elements, none where they are no weights but a table. */
    public long parameters() {
        return kind == Kind.INDEX ? 0 : elements();
    }

    /** Product of the sides. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static List<Long> boxed(long[] shape) {
        return java.util.Arrays.stream(shape).boxed().toList();
    }
}
