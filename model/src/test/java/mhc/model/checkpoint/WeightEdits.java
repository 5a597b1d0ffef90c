package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.TensorSpec;

/** Changes to the files of a checkpoint that a test has written. */
public final class WeightEdits {
    private WeightEdits() {}

    /** A tensor to be written, of any type. */
    public record Raw(String type, List<Long> shape, byte[] bytes) {}

    public static void write(Path file, Map<String, Raw> tensors) throws IOException {
        ObjectNode header = JsonFields.JSON.createObjectNode();
        int offset = 0;
        for (Map.Entry<String, Raw> tensor : tensors.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey())
                    .put("dtype", tensor.getValue().type());
            tensor.getValue().shape().forEach(entry.putArray("shape")::add);
            int end = offset + tensor.getValue().bytes().length;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + json.length + offset).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(json.length).put(json);
        tensors.values().forEach(tensor -> out.put(tensor.bytes()));
        Files.write(file, out.array());
    }

    /** Rewrites all weights, each passed by a change. */
    public static void change(Path folder, BiConsumer<String, float[]> change) {
        Path file = folder.resolve("model.safetensors");
        SafeTensors whole = SafeTensors.open(file);
        List<SafeTensorsWriter.Named> tensors = new ArrayList<>();
        for (SafeTensors.Tensor tensor : whole.tensors().values()) {
            float[] values = new float[(int) tensor.elements()];
            whole.map(tensor).asFloatBuffer().get(values);
            change.accept(tensor.name(), values);
            tensors.add(new SafeTensorsWriter.Named(
                    new TensorSpec(tensor.name(), tensor.shape(), TensorSpec.Kind.COMPUTE, List.of()), values));
        }
        SafeTensorsWriter.write(file, tensors);
    }

    public static void config(Path folder, Consumer<ObjectNode> change) {
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonFields.object(file);
        change.accept(config);
        try {
            JsonFields.JSON.writeValue(file.toFile(), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
