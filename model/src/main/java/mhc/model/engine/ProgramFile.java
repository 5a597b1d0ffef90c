package mhc.model.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.decoder.TorchArchive;

/**
 * The program of a configuration as a file that {@code torch.jit.load} reads: the very source that evaluations run,
 * without weights.
 *
 * <p>Its extra file {@code tensors.json} says what {@code bind(List[Tensor])} takes: {@code frequencies} as a float32
 * tensor, then every entry of {@code tensors} in order, each with its {@code names} (one of them is in the checkpoint),
 * {@code shape} and {@code kind}: {@code compute} for the compute type, {@code index} for whole numbers of 64 bits, {@code
 * wide}, {@code exact} and {@code above_one} for float32, all as they are stored.
 */
public final class ProgramFile {
    private static final String TENSORS = "tensors.json";

    private ProgramFile() {}

    /**
     * Writes the program. Weights are not looked at, and no engine runs.
     *
     * @param path a {@code config.json} or a folder that holds one
     * @param kernels {@code fused} or {@code reference}
     * @return the kernel path taken, as predictions name it
     * @throws InputException when the configuration is absent or wrong, for another word, or when the file cannot be
     *     written
     */
    public static String write(Path path, String kernels, Path file) {
        if (!List.of("fused", "reference").contains(kernels)) {
            throw new InputException("kernels is \"" + kernels + "\", expected fused or reference for a program file.");
        }
        ModelConfig config = ModelConfig.read(Files.isDirectory(path) ? path.resolve("config.json") : path);
        Program program = Program.of(config);
        KernelPath chosen = KernelPath.of(config.residual(), kernels.equals("fused"));
        byte[] archive = TorchArchive.of(
                ProgramModule.source(program, chosen, PackedWeights.NONE),
                Map.of(TENSORS, description(config, program, chosen).toString()));
        try {
            Files.write(file, archive);
        } catch (IOException e) {
            throw new InputException(file + " cannot be written (" + e + "): give a path that can.", e);
        }
        return chosen.toString();
    }

    private static ObjectNode description(ModelConfig config, Program program, KernelPath kernels) {
        ObjectNode all = JsonFields.JSON
                .createObjectNode()
                .put("residual", config.residual().name())
                .put("kernels", kernels.toString())
                .put("layers", config.layers())
                .put("hidden", config.hidden())
                .put("vocabulary", config.vocabulary())
                .put("max_length", config.maxLength());
        ArrayNode frequencies = all.putArray("frequencies");
        for (float frequency : config.frequencies()) {
            // As a double it is written with all its digits.
            frequencies.add((double) frequency);
        }
        ArrayNode tensors = all.putArray("tensors");
        for (TensorSpec spec : program.tensors()
                .subList(Program.FREQUENCIES + 1, program.tensors().size())) {
            ObjectNode tensor = tensors.addObject();
            ArrayNode names = tensor.putArray("names");
            Stream.concat(Stream.of(spec.name()), spec.otherNames().stream())
                    .distinct()
                    .forEach(names::add);
            spec.shape().forEach(tensor.putArray("shape")::add);
            tensor.put("kind", spec.kind().name().toLowerCase(Locale.ROOT));
        }
        return all;
    }
}
