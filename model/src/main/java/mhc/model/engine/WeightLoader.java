package mhc.model.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.WeightFiles;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * Weights of a checkpoint as engine tensors: float32 is mapped in place, other types are read once, inside the engine.
 */
final class WeightLoader {
    /** A buffer's limit, less than 2 GB. */
    private static final long LARGEST_BUFFER = 1L << 30;
    /** The engine's numbers for types that its Java side cannot name. */
    private static final int BFLOAT16 = ComputeType.BFLOAT16.code();

    private static final int FLOAT8_E4M3 = 24;

    private final Checkpoint checkpoint;
    private final PtNDManager manager;
    private final TensorConversion conversion;
    private final ComputeType type;

    WeightLoader(Checkpoint checkpoint, TorchModule module, ComputeType type) {
        this.checkpoint = checkpoint;
        this.manager = module.manager();
        this.conversion = new TensorConversion(module);
        this.type = type;
    }

    /** All tensors of the program, in its order. */
    PtNDArray[] load() {
        List<TensorSpec> specs = checkpoint.program().tensors();
        PtNDArray[] arrays = new PtNDArray[specs.size()];
        ModelConfig config = checkpoint.config();
        arrays[Program.FREQUENCIES] = (PtNDArray) manager.create(config.frequencies());
        for (int i = Program.FREQUENCIES + 1; i < arrays.length; i++) {
            TensorSpec spec = specs.get(i);
            if (spec.kind() == TensorSpec.Kind.INDEX) {
                arrays[i] = table(checkpoint.weights().get(spec));
                continue;
            }
            ComputeType wanted = spec.kind() == TensorSpec.Kind.COMPUTE ? type : ComputeType.FLOAT32;
            arrays[i] = load(checkpoint.weights().get(spec), wanted);
        }
        return arrays;
    }

    /** A table of experts. */
    private PtNDArray table(WeightFiles.Stored stored) {
        SafeTensors.Tensor tensor = stored.tensor();
        long[] experts = new long[Math.toIntExact(tensor.elements())];
        ByteBuffer bytes = stored.file().map(tensor);
        for (int i = 0; i < experts.length; i++) {
            experts[i] = tensor.type() == SafeTensors.Type.I64 ? bytes.getLong() : bytes.getInt();
            if (experts[i] < 0
                    || experts[i] >= checkpoint.config().feedForward().experts()) {
                throw new InputException("Tensor " + tensor.name() + " in "
                        + stored.file().file() + " sends a token to expert " + experts[i] + " of "
                        + checkpoint.config().feedForward().experts() + ": fetch the checkpoint again.");
            }
        }
        return (PtNDArray) manager.create(
                experts,
                new Shape(tensor.shape().stream().mapToLong(Long::longValue).toArray()));
    }

    /** A tensor, in blocks of rows where it is larger than a buffer can be. */
    private PtNDArray load(WeightFiles.Stored stored, ComputeType wanted) {
        SafeTensors.Tensor tensor = stored.tensor();
        if (tensor.bytes() <= LARGEST_BUFFER) {
            return block(stored, 0, tensor.shape().get(0), wanted);
        }
        long rows = tensor.shape().get(0);
        int unit = checkpoint.config().scales().map(BlockScales::rows).orElse(1);
        long rowsPerBlock = Math.max(1, LARGEST_BUFFER / (tensor.bytes() / rows) / unit) * unit;
        NDList blocks = new NDList();
        for (long from = 0; from < rows; from += rowsPerBlock) {
            blocks.add(block(stored, from, Math.min(rows, from + rowsPerBlock), wanted));
        }
        return conversion.concatenate(blocks);
    }

    private PtNDArray block(WeightFiles.Stored stored, long fromRow, long toRow, ComputeType wanted) {
        return switch (stored.tensor().type()) {
            case F32 -> converted(raw(stored, fromRow, toRow, DataType.FLOAT32), wanted);
            case F16 -> converted(raw(stored, fromRow, toRow, DataType.FLOAT16), wanted);
            case BF16 -> {
                try (PtNDArray bytes = raw(stored, fromRow, toRow, DataType.UINT8)) {
                    yield conversion.cast(bytes, BFLOAT16, wanted.code());
                }
            }
            case F8_E4M3 -> {
                BlockScales scales = checkpoint.config().scales().orElseThrow();
                try (PtNDArray bytes = raw(stored, fromRow, toRow, DataType.UINT8);
                        PtNDArray factors = factors(stored, scales, fromRow, toRow)) {
                    yield conversion.dequantise(bytes, FLOAT8_E4M3, factors, scales, wanted.code());
                }
            }
            case I8 -> {
                try (PtNDArray bytes = raw(stored, fromRow, toRow, DataType.UINT8);
                        PtNDArray factors = factors(stored, BlockScales.FP4, fromRow, toRow)) {
                    yield conversion.unpack(bytes, factors, BlockScales.FP4, wanted.code());
                }
            }
            default -> throw new AssertionError("types were checked when the checkpoint was opened");
        };
    }

    private PtNDArray converted(PtNDArray values, ComputeType wanted) {
        if (values.getDataType() == DataType.FLOAT32 && wanted == ComputeType.FLOAT32) {
            return values;
        }
        try (values) {
            return conversion.cast(values, 0, wanted.code());
        }
    }

    /** The factors of some rows of a weight. */
    private PtNDArray factors(WeightFiles.Stored weight, BlockScales scales, long fromRow, long toRow) {
        WeightFiles.Stored stored =
                checkpoint.weights().scale(weight.tensor().name()).orElseThrow();
        SafeTensors.Tensor tensor = stored.tensor();
        long from = fromRow / scales.rows();
        long to = (toRow + scales.rows() - 1) / scales.rows();
        long rowBytes = tensor.shape().get(1) * tensor.type().bytes;
        ByteBuffer bytes = aligned(stored.file().map(tensor, from * rowBytes, to * rowBytes), tensor, from * rowBytes);
        return conversion.arrayOver(
                ScaleFactors.floats(bytes, tensor.type()),
                new Shape(to - from, tensor.shape().get(1)),
                DataType.FLOAT32);
    }

    /** Some rows over the mapped file; with {@code UINT8} for a larger type, its bytes are the last dimension. */
    private PtNDArray raw(WeightFiles.Stored stored, long fromRow, long toRow, DataType as) {
        SafeTensors.Tensor tensor = stored.tensor();
        long rowBytes = tensor.bytes() / tensor.shape().get(0);
        long from = fromRow * rowBytes;
        ByteBuffer bytes = aligned(stored.file().map(tensor, from, toRow * rowBytes), tensor, from);
        long[] sides = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        sides[0] = toRow - fromRow;
        Shape shape = as == DataType.UINT8 ? new Shape(sides).add(tensor.type().bytes) : new Shape(sides);
        return conversion.arrayOver(bytes, shape, as);
    }

    /** The buffer itself, or a copy where the file puts its numbers on odd addresses. */
    private static ByteBuffer aligned(ByteBuffer bytes, SafeTensors.Tensor tensor, long from) {
        if ((tensor.begin() + from) % tensor.type().bytes == 0) {
            return bytes;
        }
        return ByteBuffer.allocateDirect(bytes.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes)
                .flip();
    }
}
