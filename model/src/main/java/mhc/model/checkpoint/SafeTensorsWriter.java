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
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.TensorSpec;

/** Writes float32 tensors as a safetensors file. */
public final class SafeTensorsWriter {
    private static final int ALIGNMENT = 8;

    private SafeTensorsWriter() {}

    /** A tensor's values in row-major order. */
    public record Named(TensorSpec spec, float[] values) {}

    public static void write(Path file, List<Named> tensors) {
        ObjectNode header = JsonFields.JSON.createObjectNode();
        long offset = 0;
        for (Named tensor : tensors) {
            if (tensor.values().length != tensor.spec().elements()) {
                throw new IllegalArgumentException(tensor.spec().name() + " has " + tensor.values().length
                        + " values for shape " + tensor.spec().shape());
            }
            ObjectNode entry = header.putObject(tensor.spec().name()).put("dtype", "F32");
            tensor.spec().shape().forEach(entry.putArray("shape")::add);
            long end = offset + (long) tensor.values().length * Float.BYTES;
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
                ByteBuffer bytes = littleEndian(tensor.values().length * Float.BYTES);
                bytes.asFloatBuffer().put(tensor.values());
                out.write(bytes.array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + file + " failed", e);
        }
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
