package mhc.model;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Weights of a checkpoint as engine tensors: float32 is mapped in place, half types are widened once. */
final class WeightLoader {
    /** A buffer's limit, less than 2 GB. */
    private static final long LARGEST_BUFFER = 1L << 30;

    private final Checkpoint checkpoint;
    private final PtNDManager manager;
    private final TorchProgram program;

    WeightLoader(Checkpoint checkpoint, PtNDManager manager, TorchProgram program) {
        this.checkpoint = checkpoint;
        this.manager = manager;
        this.program = program;
    }

    /** All tensors of the program, in its order. */
    PtNDArray[] load() {
        List<TensorSpec> specs = checkpoint.program().tensors();
        PtNDArray[] arrays = new PtNDArray[specs.size()];
        ModelConfig config = checkpoint.config();
        arrays[Program.FREQUENCIES] = (PtNDArray)
                manager.create(config.rope().frequencies(config.attention().rotaryWidth()));
        for (int i = Program.FREQUENCIES + 1; i < arrays.length; i++) {
            arrays[i] = load(checkpoint.weights().get(specs.get(i).name()));
        }
        return arrays;
    }

    /** A tensor, in blocks of rows where it is larger than a buffer can be. */
    private PtNDArray load(WeightFiles.Stored stored) {
        SafeTensors.Tensor tensor = stored.tensor();
        if (tensor.bytes() <= LARGEST_BUFFER) {
            return block(stored, 0, tensor.bytes(), shape(tensor.shape()));
        }
        long rows = tensor.shape().get(0);
        long rowBytes = tensor.bytes() / rows;
        long rowsPerBlock = Math.max(1, LARGEST_BUFFER / rowBytes);
        NDList blocks = new NDList();
        for (long from = 0; from < rows; from += rowsPerBlock) {
            long count = Math.min(rowsPerBlock, rows - from);
            List<Long> sides = new java.util.ArrayList<>(tensor.shape());
            sides.set(0, count);
            blocks.add(block(stored, from * rowBytes, (from + count) * rowBytes, shape(sides)));
        }
        try (blocks) {
            return (PtNDArray) NDArrays.concat(blocks, 0);
        }
    }

    private PtNDArray block(WeightFiles.Stored stored, long from, long to, Shape shape) {
        ByteBuffer bytes = aligned(stored.file().map(stored.tensor(), from, to), stored.tensor(), from);
        return switch (stored.tensor().type()) {
            case F32 -> TorchProgram.arrayOver(manager, bytes, shape, DataType.FLOAT32);
            case F16 -> {
                try (PtNDArray half = TorchProgram.arrayOver(manager, bytes, shape, DataType.FLOAT16)) {
                    yield half.toType(DataType.FLOAT32, true);
                }
            }
            case BF16 -> {
                // The engine's Java side cannot hold bfloat16: its bytes are handed over and reinterpreted inside.
                try (PtNDArray raw = TorchProgram.arrayOver(manager, bytes, shape.add(2), DataType.UINT8);
                        PtNDArray values = (PtNDArray) manager.create(bfloat16Values())) {
                    yield program.widen(raw, values);
                }
            }
            default -> throw new AssertionError("types were checked when the checkpoint was opened");
        };
    }

    /** bfloat16 is the upper half of a float32. */
    private static float[] bfloat16Values() {
        float[] values = new float[1 << Short.SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(i << Short.SIZE);
        }
        return values;
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

    private static Shape shape(List<Long> sides) {
        return new Shape(sides.stream().mapToLong(Long::longValue).toArray());
    }
}
