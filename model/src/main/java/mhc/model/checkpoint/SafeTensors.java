package mhc.model.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import mhc.model.decoder.JsonFields;

/**
 * A safetensors file: eight bytes of header length, a JSON header, then the tensors without gaps. Everything in the
 * header is untrusted and checked before a byte of data is touched; data is mapped, never copied through the heap.
 *
 * @param tensors by name, in the order of their data
 * @param metadata texts that the header carries beside them
 */
public record SafeTensors(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** The format's own limit. */
    private static final long LONGEST_HEADER = 100_000_000;

    /** The header's entry that is no tensor. */
    static final String METADATA = "__metadata__";

    private static final int LENGTH_BYTES = Long.BYTES;

    public SafeTensors {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Map.copyOf(metadata);
    }

    /** Element types that we know the size of. */
    public enum Type {
        F64(8),
        F32(4),
        F16(2),
        BF16(2),
        F8_E4M3(1),
        F8_E5M2(1),
        F8_E8M0(1),
        I64(8),
        I32(4),
        I16(2),
        I8(1),
        U64(8),
        U32(4),
        U16(2),
        U8(1),
        BOOL(1);

        public final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * One tensor.
     *
     * @param begin first byte, from the start of the file
     * @param end byte after the last
     */
    public record Tensor(String name, Type type, List<Long> shape, long begin, long end) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        public long bytes() {
            return end - begin;
        }

        /** Product of the sides. */
        public long elements() {
            return bytes() / type.bytes;
        }
    }

    /**
     * Reads and checks the header.
     *
     * @throws InputException one sentence with file, tensor, what was expected and what was found
     */
    public static SafeTensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw wrong(file, "has " + size + " bytes, too few for a header");
            }
            long length = read(channel, 0, LENGTH_BYTES).getLong();
            if (length < 2 || length > Math.min(size - LENGTH_BYTES, LONGEST_HEADER)) {
                throw wrong(
                        file, "announces a header of " + Long.toUnsignedString(length) + " bytes in a file of " + size);
            }
            JsonNode header = header(file, channel, (int) length);
            Map<String, String> metadata = new HashMap<>();
            header.path(METADATA)
                    .properties()
                    .forEach(text -> metadata.put(text.getKey(), text.getValue().asText()));
            return new SafeTensors(file, tensors(file, header, LENGTH_BYTES + length, size), metadata);
        } catch (IOException e) {
            throw new InputException(file + " cannot be read (" + e + "): check that it is there and readable.", e);
        }
    }

    /** Maps the bytes of a tensor, read-only and little-endian; at most 2 GB at a time. */
    public ByteBuffer map(Tensor tensor, long from, long to) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, tensor.begin() + from, to - from)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new InputException(file + " cannot be mapped (" + e + "): check that it is there and readable.", e);
        }
    }

    /** Maps the whole of a tensor smaller than 2 GB. */
    public ByteBuffer map(Tensor tensor) {
        return map(tensor, 0, tensor.bytes());
    }

    private static JsonNode header(Path file, FileChannel channel, int length) throws IOException {
        byte[] json = new byte[length];
        read(channel, LENGTH_BYTES, length).get(json);
        try {
            JsonNode header = JsonFields.JSON.readTree(json);
            if (header == null || !header.isObject()) {
                throw wrong(file, "has a header that is no JSON object");
            }
            return header;
        } catch (JsonProcessingException e) {
            throw wrong(file, "has a header that is not valid JSON (" + Reason.firstLine(e.getOriginalMessage()) + ")");
        }
    }

    private static Map<String, Tensor> tensors(Path file, JsonNode header, long data, long size) {
        List<Tensor> tensors = new ArrayList<>();
        header.properties().forEach(field -> {
            if (!field.getKey().equals(METADATA)) {
                tensors.add(tensor(file, field.getKey(), field.getValue(), data, size));
            }
        });
        tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
        long expected = data;
        Map<String, Tensor> byName = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            if (tensor.begin() != expected) {
                throw wrong(
                        file,
                        "tensor " + tensor.name() + " begins at data byte " + (tensor.begin() - data)
                                + ", expected " + (expected - data)
                                + (tensor.begin() < expected ? " (tensors overlap)" : " (a gap)"));
            }
            expected = tensor.end();
            byName.put(tensor.name(), tensor);
        }
        if (expected != size) {
            throw wrong(file, "has " + (size - data) + " bytes of data, expected " + (expected - data));
        }
        return byName;
    }

    private static Tensor tensor(Path file, String name, JsonNode node, long data, long size) {
        JsonNode offsets = node.path("data_offsets");
        if (offsets.size() != 2 || !isSize(offsets.get(0)) || !isSize(offsets.get(1))) {
            throw wrong(file, "tensor " + name + " has data_offsets " + offsets + ", expected two byte positions");
        }
        long begin = offsets.get(0).longValue();
        long end = offsets.get(1).longValue();
        if (begin > end || end > size - data) {
            throw wrong(
                    file,
                    "tensor " + name + " lies at data bytes " + begin + " to " + end + ", the file has "
                            + (size - data));
        }
        Type type = type(file, name, node.path("dtype"));
        List<Long> shape = shape(file, name, node.path("shape"));
        long bytes = type.bytes;
        for (long side : shape) {
            // Once a side is 0 the product stays 0; a product beyond the file's size can only grow.
            bytes = side == 0 ? 0 : bytes > (size / side) ? Long.MAX_VALUE : bytes * side;
        }
        if (shape.contains(0L)) {
            bytes = 0;
        }
        if (bytes != end - begin) {
            throw wrong(
                    file,
                    "tensor " + name + " of type " + type + " and shape " + shape + " takes " + (end - begin)
                            + " bytes, expected " + (bytes == Long.MAX_VALUE ? "more than the file has" : bytes));
        }
        return new Tensor(name, type, shape, data + begin, data + end);
    }

    private static Type type(Path file, String name, JsonNode node) {
        for (Type type : Type.values()) {
            if (node.isTextual() && node.textValue().equals(type.name())) {
                return type;
            }
        }
        throw wrong(file, "tensor " + name + " has dtype " + node + ", which is not known");
    }

    private static List<Long> shape(Path file, String name, JsonNode node) {
        List<Long> shape = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(side -> shape.add(isSize(side) ? side.longValue() : -1));
        }
        if (!node.isArray() || shape.contains(-1L)) {
            throw wrong(file, "tensor " + name + " has shape " + node + ", expected a list of sizes");
        }
        return shape;
    }

    private static boolean isSize(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static InputException wrong(Path file, String what) {
        return new InputException(file + " " + what + ": the file is damaged or incomplete, fetch or write it again.");
    }
}
