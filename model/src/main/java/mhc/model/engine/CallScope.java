package mhc.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Handles of one call, closed at its end. */
final class CallScope implements AutoCloseable {
    private final PtNDManager manager;
    private final List<IValue> handles = new ArrayList<>();

    CallScope(PtNDManager manager) {
        this.manager = manager;
    }

    PtNDManager manager() {
        return manager;
    }

    /** Closes a handle at the end of the call. */
    IValue closing(IValue value) {
        handles.add(value);
        return value;
    }

    /** The elements of a tuple, which are closed as the tuple is. */
    IValue[] elements(IValue tuple) {
        IValue[] elements = closing(tuple).toIValueTuple();
        handles.addAll(Arrays.asList(elements));
        return elements;
    }

    IValue number(long value) {
        return closing(IValue.from(value));
    }

    IValue flag(boolean value) {
        return closing(IValue.from(value));
    }

    /** A list of numbers, which TorchScript sees as {@code List[int]}. */
    IValue list(long[] values) {
        return closing(IValue.listFrom(values));
    }

    /** A tensor [values]. */
    IValue vector(int[] values) {
        return vector(Arrays.stream(values).asLongStream().toArray());
    }

    IValue vector(long[] values) {
        return tensor(manager.create(values));
    }

    /** A tensor [rows, columns]. */
    IValue matrix(long[][] values) {
        long[] flat = Arrays.stream(values).flatMapToLong(Arrays::stream).toArray();
        return tensor(manager.create(flat, new Shape(values.length, values.length == 0 ? 0 : values[0].length)));
    }

    private IValue tensor(NDArray array) {
        return closing(IValue.from((PtNDArray) array));
    }

    long[] longs(IValue value) {
        return value.toTensor(manager).toLongArray();
    }

    float[] floats(IValue value) {
        return value.toTensor(manager).toFloatArray();
    }

    boolean[] flags(IValue value) {
        return value.toTensor(manager).toBooleanArray();
    }

    @Override
    public void close() {
        handles.forEach(IValue::close);
        manager.close();
    }
}
