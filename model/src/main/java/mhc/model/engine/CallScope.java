package mhc.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Handles of one call, freed at its end. */
final class CallScope implements AutoCloseable {
    private final PtNDManager manager;
    private final List<IValue> owned = new ArrayList<>();

    CallScope(PtNDManager manager) {
        this.manager = manager;
    }

    PtNDManager manager() {
        return manager;
    }

    IValue own(IValue value) {
        owned.add(value);
        return value;
    }

    IValue[] own(IValue... values) {
        owned.addAll(Arrays.asList(values));
        return values;
    }

    IValue vector(int[] values) {
        return vector(Arrays.stream(values).asLongStream().toArray());
    }

    IValue vector(long[] values) {
        return tensor(manager.create(values));
    }

    IValue matrix(long[][] values) {
        long[] flat = Arrays.stream(values).flatMapToLong(Arrays::stream).toArray();
        return tensor(manager.create(flat, new Shape(values.length, values.length == 0 ? 0 : values[0].length)));
    }

    private IValue tensor(NDArray array) {
        return own(IValue.from((PtNDArray) array));
    }

    long[] longs(IValue value) {
        return value.toTensor(manager).toLongArray();
    }

    float[] floats(IValue value) {
        return value.toTensor(manager).toFloatArray();
    }

    @Override
    public void close() {
        owned.forEach(IValue::close);
        manager.close();
    }
}
