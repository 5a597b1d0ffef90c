package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The weights of a checkpoint by name: one safetensors file, or several with their index. */
public final class WeightFiles {
    static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String GOLDEN = "golden.safetensors";
    private static final int NAMED_PROBLEMS = 8;
    private static final Pattern LAYER = Pattern.compile("(?:model\\.)?layers\\.([0-9]{1,6})\\.");
    private static final Pattern UNREAD_BY_STATIC =
            Pattern.compile("\\.(?:attn|ffn)_hc\\.(?:fn|scale)$|\\.hc_(?:attn|ffn)_(?:fn|scale)$");
    private static final Logger log = LoggerFactory.getLogger(WeightFiles.class);

    private final Path folder;
    private final Map<String, Stored> tensors;

    /** A tensor and the file that holds it. */
    public record Stored(SafeTensors file, SafeTensors.Tensor tensor) {}

    private WeightFiles(Path folder, Map<String, Stored> tensors) {
        this.folder = folder;
        this.tensors = tensors;
    }

    /** Reads the headers of all weight files of a folder. */
    static WeightFiles open(Path folder) {
        Path single = folder.resolve(SINGLE);
        if (Files.isRegularFile(single)) {
            return ofOne(folder, single);
        }
        Path index = folder.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            return ofIndex(folder, index);
        }
        List<Path> others = otherFiles(folder);
        if (others.size() == 1) {
            return ofOne(folder, others.get(0));
        }
        throw new InputException("Model folder " + folder
                + (others.isEmpty()
                        ? " has no *.safetensors file: copy the checkpoint's weights there."
                        : " has " + others.size() + " *.safetensors files and no " + INDEX
                                + ": copy the checkpoint's index there."));
    }

    private static WeightFiles ofOne(Path folder, Path path) {
        SafeTensors file = SafeTensors.open(path);
        Map<String, Stored> tensors = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> FusedExperts.add(tensors, name, new Stored(file, tensor)));
        return new WeightFiles(folder, tensors);
    }

    private static WeightFiles ofIndex(Path folder, Path index) {
        JsonNode map = JsonFields.object(index).path("weight_map");
        if (!map.isObject()) {
            throw new InputException(index + " has no weight_map object: fetch the checkpoint's index again.");
        }
        Map<String, SafeTensors> files = new TreeMap<>();
        Map<String, Stored> tensors = new LinkedHashMap<>();
        map.properties().forEach(entry -> {
            String name = entry.getValue().asText();
            if (name.isEmpty() || name.contains("/") || name.contains("\\") || !name.endsWith(".safetensors")) {
                throw new InputException(index + " puts tensor " + entry.getKey() + " into " + entry.getValue()
                        + ", expected the name of a *.safetensors file beside it: fetch the index again.");
            }
            SafeTensors file = files.computeIfAbsent(name, n -> shard(folder, n));
            SafeTensors.Tensor tensor = file.tensors().get(entry.getKey());
            if (tensor == null) {
                throw new InputException(index + " says that " + name + " holds tensor " + entry.getKey()
                        + ", which it does not: fetch index and files again, from one revision.");
            }
            FusedExperts.add(tensors, entry.getKey(), new Stored(file, tensor));
        });
        for (SafeTensors file : files.values()) {
            for (String name : file.tensors().keySet()) {
                Stored indexed = tensors.get(name);
                if (indexed != null && indexed.file() != file) {
                    throw new InputException("Tensor " + name + " stands in "
                            + indexed.file().file().getFileName() + " and in "
                            + file.file().getFileName() + " of " + folder
                            + ", expected in one of them: fetch index and files again, from one revision.");
                }
            }
        }
        return new WeightFiles(folder, tensors);
    }

    private static SafeTensors shard(Path folder, String name) {
        Path path = folder.resolve(name);
        if (!Files.isRegularFile(path)) {
            throw new InputException("Model folder " + folder + " has no " + name + ", which its " + INDEX
                    + " names: copy all shards of the checkpoint there.");
        }
        return SafeTensors.open(path);
    }

    private static List<Path> otherFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.toString().endsWith(".safetensors"))
                    .filter(path -> !path.endsWith(GOLDEN))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + folder + " failed", e);
        }
    }

    /**
     * Holds names, types and shapes against what a program reads.
     *
     * @throws InputException naming the tensors, what was expected and what was found
     */
    void check(List<TensorSpec> wanted, ModelConfig config) {
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>();
        List<String> upcast = new ArrayList<>();
        for (TensorSpec spec : wanted.subList(Program.FREQUENCIES + 1, wanted.size())) {
            List<String> present = Stream.concat(Stream.of(spec.name()), spec.otherNames().stream())
                    .distinct()
                    .filter(tensors::containsKey)
                    .toList();
            known.addAll(present);
            if (present.isEmpty()) {
                problems.add("tensor " + spec.name() + " is absent, expected shape " + spec.shape());
            } else if (present.size() > 1) {
                problems.add("one tensor is there under several names, " + String.join(" and ", present));
            } else {
                Stored stored = tensors.get(present.get(0));
                check(spec, stored, config.scales(), problems);
                known.addAll(BlockScales.namesFor(present.get(0)));
                if (spec.kind() == TensorSpec.Kind.EXACT && stored.tensor().type() != SafeTensors.Type.F32) {
                    upcast.add(present.get(0));
                }
            }
        }
        for (String name : tensors.keySet()) {
            if (!known.contains(name) && !isIgnored(name, config)) {
                problems.add("tensor " + name + " has no place in this architecture and residual");
            }
        }
        if (!problems.isEmpty()) {
            int shown = Math.min(problems.size(), NAMED_PROBLEMS);
            throw new InputException("The weights in " + folder + " do not fit its config.json: "
                    + String.join("; ", problems.subList(0, shown))
                    + (problems.size() > shown ? "; and " + (problems.size() - shown) + " more" : "")
                    + ". Use the config.json that belongs to these weights.");
        }
        if (!upcast.isEmpty()) {
            log.warn(
                    "{} hyper-connection tensors in {} are stored in a half type and are widened to float32; what their"
                            + " rounding lost stays lost (the first is {})",
                    upcast.size(),
                    folder,
                    upcast.get(0));
        }
    }

    /** What published checkpoints hold beside the weights of the decoder. */
    private static boolean isIgnored(String name, ModelConfig config) {
        if (name.endsWith(".rotary_emb.inv_freq")
                || (config.tiedEmbeddings() && (name.equals("lm_head.weight") || name.equals("head.weight")))) {
            return true;
        }
        Matcher layer = LAYER.matcher(name);
        if (layer.lookingAt()) {
            int index = Integer.parseInt(layer.group(1));
            boolean predicting = index >= config.layers() && index < config.layers() + config.predictionLayers();
            HyperResidual residual = config.residual() instanceof HyperResidual hyper ? hyper : null;
            boolean unreadByStatic = residual != null
                    && !residual.dynamic()
                    && UNREAD_BY_STATIC.matcher(name).find();
            return predicting || unreadByStatic;
        }
        return name.startsWith("mtp.") || name.startsWith("model.mtp.");
    }

    private void check(TensorSpec spec, Stored stored, Optional<BlockScales> scales, List<String> problems) {
        SafeTensors.Tensor tensor = stored.tensor();
        String place = "tensor " + tensor.name() + " in " + stored.file().file().getFileName();
        boolean packed = tensor.type() == SafeTensors.Type.I8;
        List<Long> shape = packed && spec.shape().size() == 2 ? BlockScales.packed(spec.shape()) : spec.shape();
        if (packed && spec.shape().size() == 2 && spec.shape().get(1) % 2 != 0) {
            problems.add(place + " has type I8, two numbers to a byte, and its width "
                    + spec.shape().get(1) + " is odd");
        } else if (!tensor.shape().equals(shape)) {
            problems.add(place + " has shape " + tensor.shape() + ", expected " + shape);
        }
        boolean scalable = spec.kind() != TensorSpec.Kind.EXACT && spec.shape().size() == 2;
        if (spec.kind() == TensorSpec.Kind.INDEX) {
            if (tensor.type() != SafeTensors.Type.I64 && tensor.type() != SafeTensors.Type.I32) {
                problems.add(place + " has type " + tensor.type() + ", expected I64 or I32");
            }
            return;
        }
        switch (tensor.type()) {
            case F32, F16, BF16 -> {
                if (scale(tensor.name()).isPresent()) {
                    problems.add(place + " has type " + tensor.type() + " and a tensor that scales it, "
                            + scale(tensor.name()).get().tensor().name() + ": expected that of F8_E4M3 weights alone");
                }
            }
            case F8_E4M3 -> {
                if (!scalable) {
                    problems.add(place + " has type F8_E4M3, expected F32");
                } else if (scales.isEmpty()) {
                    problems.add(place + " has type F8_E4M3, expected F32, F16 or BF16, or a config.json with"
                            + " quantization_config.weight_block_size");
                } else {
                    checkScale(tensor, scales.get().shapeFor(spec.shape()), problems);
                }
            }
            case I8 -> {
                if (!scalable) {
                    problems.add(place + " has type I8, expected F32");
                } else {
                    checkScale(tensor, BlockScales.FP4.shapeFor(spec.shape()), problems);
                }
            }
            default -> problems.add(place + " has type " + tensor.type() + ", expected F32, F16 or BF16");
        }
    }

    private void checkScale(SafeTensors.Tensor tensor, List<Long> shape, List<String> problems) {
        Optional<Stored> scale = scale(tensor.name());
        if (scale.isEmpty()) {
            List<String> names = BlockScales.namesFor(tensor.name());
            problems.add("tensor " + names.get(0) + " is absent, expected shape " + shape
                    + (names.size() > 1 ? " (or " + names.get(1) + ")" : ""));
            return;
        }
        SafeTensors.Tensor found = scale.get().tensor();
        if (!List.of(SafeTensors.Type.F32, SafeTensors.Type.F8_E8M0).contains(found.type())
                || !found.shape().equals(shape)) {
            problems.add("tensor " + found.name() + " has type " + found.type() + " and shape " + found.shape()
                    + ", expected F32 or F8_E8M0 and " + shape);
        }
    }

    /** What scales a weight. */
    public Optional<Stored> scale(String weight) {
        return BlockScales.namesFor(weight).stream()
                .map(tensors::get)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /**
     * Bytes of a weight that can be held as its file stores it: a matrix of 8 or 4 bits that is multiplied and nothing
     * else. Empty for others.
     */
    public OptionalLong heldAsStored(TensorSpec spec, Optional<BlockScales> scales) {
        if (!spec.onlyMultiplied()) {
            return OptionalLong.empty();
        }
        SafeTensors.Tensor tensor = get(spec).tensor();
        return switch (tensor.type()) {
            case F8_E4M3 -> OptionalLong.of(scales.orElseThrow().heldBytes(spec.shape()));
            case I8 ->
                scale(tensor.name()).orElseThrow().tensor().type() == SafeTensors.Type.F8_E8M0
                        ? OptionalLong.of(BlockScales.heldPackedBytes(spec.shape()))
                        : OptionalLong.empty();
            default -> OptionalLong.empty();
        };
    }

    /** The tensor of a checked spec, under whichever of its names it stands. */
    public Stored get(TensorSpec spec) {
        return Stream.concat(Stream.of(spec.name()), spec.otherNames().stream())
                .map(tensors::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /** The files that hold weights. */
    Collection<Path> files() {
        return new java.util.TreeSet<>(
                tensors.values().stream().map(stored -> stored.file().file()).toList());
    }
}
