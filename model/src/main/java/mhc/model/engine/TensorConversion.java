package mhc.model.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import mhc.model.decoder.BlockScales;

/** Stored numbers as tensors of another type, by methods of the module; on the module's thread only. */
final class TensorConversion {
    private final TorchModule module;

    TensorConversion(TorchModule module) {
        this.module = module;
    }

    /** An engine array over the bytes of a tensor; on a CPU nothing is copied. */
    PtNDArray arrayOver(ByteBuffer bytes, Shape shape, DataType type, Device device) {
        return JniUtils.createNdFromByteBuffer(module.manager(), bytes, shape, type, SparseFormat.DENSE, device);
    }

    /**
     * A tensor as another type.
     *
     * @param raw its numbers, or [..., size of one] bytes where Java cannot name the type
     * @param stored the engine's number for the type of bytes
     * @param wanted the engine's number for the type of the result
     */
    PtNDArray cast(PtNDArray raw, int stored, int wanted) {
        try (IValue numbers = IValue.from(raw);
                IValue from = IValue.from((long) stored);
                IValue to = IValue.from((long) wanted);
                IValue result = module.call("cast", numbers, from, to)) {
            return result.toTensor(module.manager());
        }
    }

    /** Blocks of rows of one tensor, which are closed. */
    PtNDArray concatenate(NDList blocks) {
        try (blocks;
                IValue parts = IValue.listFrom(
                        blocks.stream().map(part -> (PtNDArray) part).toArray(PtNDArray[]::new));
                IValue whole = module.call("concatenate", parts)) {
            return whole.toTensor(module.manager());
        }
    }

    /**
     * A matrix as it is stored, [R, C, 1] bytes, and one factor for each block of rows and columns, in one matrix of
     * bytes: each row's numbers and then its factors.
     */
    PtNDArray keep(PtNDArray raw, PtNDArray scale, BlockScales scales) {
        try (IValue numbers = IValue.from(raw);
                IValue factors = IValue.from(scale);
                IValue rows = IValue.from((long) scales.rows());
                IValue result = module.call("keep", numbers, factors, rows)) {
            return result.toTensor(module.manager());
        }
    }

    boolean isFinite(PtNDArray values) {
        try (IValue numbers = IValue.from(values);
                IValue result = module.call("is_finite", numbers)) {
            return result.toBoolean();
        }
    }

    /** As {@link #cast}, of a matrix [R, C, 1] of 8-bit numbers with one factor for each block of rows and columns. */
    PtNDArray dequantise(PtNDArray raw, int stored, PtNDArray scale, BlockScales scales, int wanted) {
        try (IValue numbers = IValue.from(raw);
                IValue from = IValue.from((long) stored);
                IValue factors = IValue.from(scale);
                IValue rows = IValue.from((long) scales.rows());
                IValue columns = IValue.from((long) scales.columns());
                IValue to = IValue.from((long) wanted);
                IValue result = module.call("dequantise", numbers, from, factors, rows, columns, to)) {
            return result.toTensor(module.manager());
        }
    }

    /** As {@link #dequantise}, of a matrix [R, C / 2, 1] of bytes that hold two 4-bit numbers (E2M1) each. */
    PtNDArray unpack(PtNDArray raw, PtNDArray scale, BlockScales scales, int wanted) {
        try (IValue numbers = IValue.from(raw);
                IValue factors = IValue.from(scale);
                IValue columns = IValue.from((long) scales.columns());
                IValue to = IValue.from((long) wanted);
                IValue result = module.call("unpack", numbers, factors, columns, to)) {
            return result.toTensor(module.manager());
        }
    }
}
