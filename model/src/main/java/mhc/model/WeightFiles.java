package mhc.model;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.InputException;

/** The weights of a checkpoint by name: one safetensors file, or several with their index. */
final class WeightFiles {
    static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String GOLDEN = "golden.safetensors";
    private static final int NAMED_PROBLEMS = 8;

    private final Path folder;
    private final Map<String, Stored> tensors;

    /** A tensor and the file that holds it. */
    record Stored(SafeTensors file, SafeTensors.Tensor tensor) {}

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
        file.tensors().forEach((name, tensor) -> tensors.put(name, new Stored(file, tensor)));
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
            tensors.put(entry.getKey(), new Stored(file, tensor));
        });
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
    void check(List<TensorSpec> wanted, boolean tied) {
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (TensorSpec spec : wanted.subList(Program.FREQUENCIES + 1, wanted.size())) {
            known.add(spec.name());
            Stored stored = tensors.get(spec.name());
            if (stored == null) {
                problems.add("tensor " + spec.name() + " is absent, expected shape " + spec.shape());
            } else {
                check(spec, stored.tensor(), problems);
            }
        }
        for (String name : tensors.keySet()) {
            boolean derived = name.endsWith(".rotary_emb.inv_freq") || (tied && name.equals("lm_head.weight"));
            if (!known.contains(name) && !derived) {
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
    }

    private static void check(TensorSpec spec, SafeTensors.Tensor tensor, List<String> problems) {
        if (!tensor.shape().equals(spec.shape())) {
            problems.add("tensor " + spec.name() + " has shape " + tensor.shape() + ", expected " + spec.shape());
        }
        boolean fits =
                switch (tensor.type()) {
                    case F32 -> true;
                    case F16, BF16 -> !spec.exact();
                    default -> false;
                };
        if (!fits) {
            problems.add("tensor " + spec.name() + " has type " + tensor.type() + ", expected "
                    + (spec.exact() ? "F32" : "F32, F16 or BF16"));
        }
    }

    Stored get(String name) {
        return tensors.get(name);
    }

    /** The files that hold weights. */
    Collection<Path> files() {
        return new java.util.TreeSet<>(
                tensors.values().stream().map(stored -> stored.file().file()).toList());
    }
}
