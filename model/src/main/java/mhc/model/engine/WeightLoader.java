package mhc.model.engine;

import ai.djl.Device;
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
import mhc.model.decoder.Placement;
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

    private final Checkpoint checkpoint;
    private final PtNDManager manager;
    private final TensorConversion conversion;
    private final ComputeType type;
    private final boolean stored;
    private final Placement placement;
    private final List<Device> devices;
    // That of the tensor being loaded.
    private Device device;

    /** @param stored whether matrices of 8 and 4 bits stay so, where that can be */
    WeightLoader(
            Checkpoint checkpoint,
            TorchModule module,
            ComputeType type,
            boolean stored,
            Placement placement,
            List<Device> devices) {
        this.checkpoint = checkpoint;
        this.manager = module.manager();
        this.conversion = new TensorConversion(module);
        this.type = type;
        this.stored = stored;
        this.placement = placement;
        this.devices = devices;
    }

    /** All tensors of the program, in its order. */
    PtNDArray[] load() {
        List<TensorSpec> specs = checkpoint.program().tensors();
        PtNDArray[] arrays = new PtNDArray[specs.size()];
        ModelConfig config = checkpoint.config();
        arrays[Program.FREQUENCIES] = (PtNDArray) manager.create(config.frequencies());
        for (int i = Program.FREQUENCIES + 1; i < arrays.length; i++) {
            TensorSpec spec = specs.get(i);
            device = devices.get(placement.deviceOf(i));
            if (stored
                    && i != checkpoint.program().ofComputeType()
                    && checkpoint.weights().heldAsStored(spec, config.scales()).isPresent()) {
                arrays[i] = compressed(checkpoint.weights().get(spec));
                continue;
            }
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
        Shape shape =
                new Shape(tensor.shape().stream().mapToLong(Long::longValue).toArray());
        return (PtNDArray) manager.create(experts, shape).toDevice(device, false);
    }

    /** A tensor, in blocks of rows where it is larger than a buffer can be. */
    private PtNDArray load(WeightFiles.Stored stored, ComputeType wanted) {
        return inBlocks(stored, (from, to) -> block(stored, from, to, wanted));
    }

    /** A matrix of 8 or 4 bits as it is stored, its scales behind its rows. */
    private PtNDArray compressed(WeightFiles.Stored stored) {
        boolean packed = stored.tensor().type() == SafeTensors.Type.I8;
        BlockScales scales =
                packed ? BlockScales.FP4 : checkpoint.config().scales().orElseThrow();
        return inBlocks(stored, (from, to) -> {
            try (PtNDArray numbers = block(stored, from, to, ComputeType.FLOAT32)) {
                if (!conversion.isFinite(numbers)) {
                    throw notFinite(stored);
                }
            }
            try (PtNDArray bytes = raw(stored, from, to, DataType.UINT8);
                    PtNDArray factors = packed ? rawScales(stored, from, to) : factors(stored, scales, from, to)) {
                return conversion.keep(bytes, factors, scales);
            }
        });
    }

    /** The file's and the tensor's name, for values that are not finite. */
    static InputException notFinite(WeightFiles.Stored stored) {
        return new InputException("Tensor " + stored.tensor().name() + " in "
                + stored.file().file()
                + " holds values that are not finite: the checkpoint is damaged or its training diverged; use"
                + " another one.");
    }

    /** Rows from one to before another as a tensor. */
    private interface Rows {
        PtNDArray load(long from, long to);
    }

    private PtNDArray inBlocks(WeightFiles.Stored stored, Rows load) {
        SafeTensors.Tensor tensor = stored.tensor();
        if (tensor.bytes() <= LARGEST_BUFFER) {
            return load.load(0, tensor.shape().get(0));
        }
        long rows = tensor.shape().get(0);
        int unit = checkpoint.config().scales().map(BlockScales::rows).orElse(1);
        long rowsPerBlock = Math.max(1, LARGEST_BUFFER / (tensor.bytes() / rows) / unit) * unit;
        NDList blocks = new NDList();
        for (long from = 0; from < rows; from += rowsPerBlock) {
            blocks.add(load.load(from, Math.min(rows, from + rowsPerBlock)));
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
                    yield conversion.dequantise(bytes, ComputeType.FLOAT8_E4M3, factors, scales, wanted.code());
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

    /** The scales of some rows of 4-bit numbers as they are stored, a byte each. */
    private PtNDArray rawScales(WeightFiles.Stored weight, long fromRow, long toRow) {
        WeightFiles.Stored stored =
                checkpoint.weights().scale(weight.tensor().name()).orElseThrow();
        long columns = stored.tensor().shape().get(1);
        ByteBuffer bytes = stored.file().map(stored.tensor(), fromRow * columns, toRow * columns);
        return conversion.arrayOver(bytes, new Shape(toRow - fromRow, columns), DataType.UINT8, device);
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
                DataType.FLOAT32,
                device);
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
        return conversion.arrayOver(bytes, shape, as, device);
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
