package mhc.model.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * A checkpoint folder, checked as far as that is possible without the tensor engine: configuration, names, types and
 * shapes of all weights, presence of the tokenizer. Opening one is cheap; no weight is read.
 */
public final class Checkpoint {
    private static final String CONFIG = "config.json";
    private static final String TOKENIZER = "tokenizer.json";
    private static final List<String> SIDE_FILES =
            List.of(CONFIG, TOKENIZER, "tokenizer_config.json", "generation_config.json", WeightFiles.INDEX);

    private final Path folder;
    private final ModelConfig config;
    private final Program program;
    private final WeightFiles weights;
    private String fingerprint;

    private Checkpoint(Path folder, ModelConfig config, Program program, WeightFiles weights) {
        this.folder = folder;
        this.config = config;
        this.program = program;
        this.weights = weights;
    }

    /**
     * Opens a folder with {@code config.json}, {@code *.safetensors} and {@code tokenizer.json}.
     *
     * @throws InputException naming what is missing or wrong, and the remedy
     */
    public static Checkpoint open(Path folder) {
        Checkpoint checkpoint = withoutTokenizer(folder);
        JsonFields.object(requireFile(folder, TOKENIZER, "copy the checkpoint's tokenizer.json there"));
        return checkpoint;
    }

    /** As {@link #open}, for what needs no text: {@code tokenizer.json} may be absent. */
    public static Checkpoint withoutTokenizer(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException("Model folder " + folder
                    + (Files.exists(folder) ? " is a file" : " does not exist")
                    + ": give a folder with config.json, *.safetensors and tokenizer.json.");
        }
        ModelConfig config = ModelConfig.read(requireFile(folder, CONFIG, "copy the checkpoint's config.json there"));
        Program program = Program.of(config);
        WeightFiles weights = WeightFiles.open(folder);
        weights.check(program.tensors(), config);
        return new Checkpoint(folder, config, program, weights);
    }

    /** SHA-256 (hex) over configuration, tokenizer and weight files, their names and lengths included. */
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            fingerprint = hash();
        }
        return fingerprint;
    }

    /** The folder it was opened from. */
    public Path folder() {
        return folder;
    }

    /** What the checkpoint says of itself in {@code config.json} under {@code note}, for every table; may be empty. */
    public String note() {
        return JsonFields.object(folder.resolve(CONFIG)).path("note").asText("");
    }

    public ModelConfig config() {
        return config;
    }

    public Program program() {
        return program;
    }

    public WeightFiles weights() {
        return weights;
    }

    Path tokenizer() {
        return folder.resolve(TOKENIZER);
    }

    /** A file of the folder that need not be there. */
    Optional<Path> optional(String name) {
        return Optional.of(folder.resolve(name)).filter(Files::isRegularFile);
    }

    private static Path requireFile(Path folder, String name, String remedy) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new InputException("Model folder " + folder + " has no " + name + ": " + remedy + ".");
        }
        return file;
    }

    private String hash() {
        Set<String> names = new TreeSet<>();
        SIDE_FILES.stream().filter(name -> optional(name).isPresent()).forEach(names::add);
        weights.files().forEach(file -> names.add(file.getFileName().toString()));
        try {
            MessageDigest sha = Sha256.digest();
            for (String name : names) {
                Path file = folder.resolve(name);
                byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(utf8.length).flip());
                sha.update(utf8);
                sha.update(ByteBuffer.allocate(8).putLong(Files.size(file)).flip());
                try (InputStream in = Files.newInputStream(file)) {
                    Sha256.feed(sha, in);
                }
            }
            return Sha256.hex(sha);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + folder + " failed", e);
        }
    }

    /**
     * Bytes of a weight while the model runs.
     *
     * @param stored whether weights of 8 and 4 bits are held as they are stored, where that can be
     */
    public long heldBytes(TensorSpec spec, ComputeType type, boolean stored) {
        return stored ? weights.heldAsStored(spec, config.scales()).orElse(spec.bytes(type)) : spec.bytes(type);
    }

    /** Whether some of its weights can be held as they are stored, in 8 or 4 bits. */
    public boolean isCompressed() {
        return program.tensors().stream()
                .anyMatch(spec -> weights.heldAsStored(spec, config.scales()).isPresent());
    }

    /** Number of elements of all weights, tied ones counted once. */
    public long parameters() {
        List<Long> sizes = new ArrayList<>();
        program.tensors().stream().skip(1).forEach(spec -> sizes.add(spec.parameters()));
        return sizes.stream().mapToLong(Long::longValue).sum();
    }
}
