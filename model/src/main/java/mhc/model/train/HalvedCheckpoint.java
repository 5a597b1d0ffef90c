package mhc.model.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.SafeTensorsWriter;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * A trained checkpoint at half its size: matrices and embeddings as bfloat16, norms and hyper-connections as they are.
 */
public final class HalvedCheckpoint {
    private HalvedCheckpoint() {}

    /**
     * Writes a copy of a checkpoint.
     *
     * @param folder of a float32 checkpoint
     * @param target folder, made if need be
     * @throws InputException when the checkpoint is not float32, or the copy cannot be written
     */
    public static void write(Path folder, Path target) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        List<SafeTensorsWriter.Named> tensors = new ArrayList<>();
        for (TensorSpec spec : checkpoint
                .program()
                .tensors()
                .subList(Program.FREQUENCIES + 1, checkpoint.program().tensors().size())) {
            tensors.add(new SafeTensorsWriter.Named(spec, values(checkpoint, spec)));
        }
        try {
            Files.createDirectories(target);
            for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
                if (Files.exists(folder.resolve(name))) {
                    Files.copy(folder.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            SafeTensorsWriter.write(
                    target.resolve("model.safetensors"),
                    tensors,
                    Map.of(),
                    spec -> spec.kind() != TensorSpec.Kind.EXACT && spec.shape().size() > 1);
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new InputException(
                    target + " cannot be written (" + e.getMessage() + "): give a folder that can.", e);
        }
    }

    private static float[] values(Checkpoint checkpoint, TensorSpec spec) {
        SafeTensors.Tensor tensor = checkpoint.weights().get(spec).tensor();
        if (tensor.type() != SafeTensors.Type.F32) {
            throw new InputException(checkpoint.folder() + " holds " + tensor.name() + " as " + tensor.type()
                    + ": give the float32 checkpoint that a training wrote.");
        }
        ByteBuffer bytes = checkpoint.weights().get(spec).file().map(tensor);
        float[] values = new float[(int) tensor.elements()];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
