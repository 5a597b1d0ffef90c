package mhc.model;

import java.util.List;

/**
 * A weight that a program reads: its name in the checkpoint and the shape it must have there.
 *
 * @param exact whether it stays float32 whatever the compute type: true for hyper-connection tensors
 */
record TensorSpec(String name, List<Long> shape, boolean exact) {
    TensorSpec {
        shape = List.copyOf(shape);
    }

    static TensorSpec of(String name, long... shape) {
        return new TensorSpec(name, boxed(shape), false);
    }

    static TensorSpec exact(String name, long... shape) {
        return new TensorSpec(name, boxed(shape), true);
    }

    /** Product of the sides. */
    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static List<Long> boxed(long[] shape) {
        return java.util.Arrays.stream(shape).boxed().toList();
    }
}
