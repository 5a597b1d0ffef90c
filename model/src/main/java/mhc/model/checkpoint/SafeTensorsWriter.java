package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.TensorSpec;

/** Writes tensors as a safetensors file, as float32 or in part as bfloat16; tables as 64-bit numbers. */
public final class SafeTensorsWriter {
    private static final int ALIGNMENT = 8;

    private SafeTensorsWriter() {}

    /** A tensor's values in row-major order. */
    public record Named(TensorSpec spec, float[] values) {}

    public static void write(Path file, List<Named> tensors) {
        write(file, tensors, Map.of(), spec -> false);
    }

    /**
     * Writes tensors with texts beside them.
     *
     * @param halved which tensors are rounded to bfloat16, to nearest and ties to even
     * @throws UncheckedIOException when the file cannot be written
     */
    public static void write(
            Path file, List<Named> tensors, Map<String, String> metadata, Predicate<TensorSpec> halved) {
        ObjectNode header = JsonFields.JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(SafeTensors.METADATA);
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long offset = 0;
        for (Named tensor : tensors) {
            if (tensor.values().length != tensor.spec().elements()) {
                throw new IllegalArgumentException(tensor.spec().name() + " has " + tensor.values().length
                        + " values for shape " + tensor.spec().shape());
            }
            SafeTensors.Type type = type(tensor.spec(), halved);
            ObjectNode entry = header.putObject(tensor.spec().name()).put("dtype", type.name());
            tensor.spec().shape().forEach(entry.putArray("shape")::add);
            long end = offset + (long) tensor.values().length * type.bytes;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(littleEndian(Long.BYTES).putLong(padded.length).array());
            out.write(padded);
            for (Named tensor : tensors) {
                out.write(
                        switch (type(tensor.spec(), halved)) {
                            case I64 -> longs(tensor.values());
                            case BF16 -> halves(tensor.values());
                            default -> floats(tensor.values());
                        });
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + file + " failed", e);
        }
    }

    private static SafeTensors.Type type(TensorSpec spec, Predicate<TensorSpec> halved) {
        if (spec.kind() == TensorSpec.Kind.INDEX) {
            return SafeTensors.Type.I64;
        }
        return halved.test(spec) ? SafeTensors.Type.BF16 : SafeTensors.Type.F32;
    }

    private static byte[] longs(float[] values) {
        ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
        for (float value : values) {
            bytes.putLong((long) value);
        }
        return bytes.array();
    }

    private static byte[] floats(float[] values) {
        ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static byte[] halves(float[] values) {
        ByteBuffer bytes = littleEndian(values.length * Short.BYTES);
        for (float value : values) {
            int bits = Float.floatToRawIntBits(value);
            int even = bits >>> 16 & 1;
            bytes.putShort((short) (bits + 0x7FFF + even >>> 16));
        }
        return bytes.array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
