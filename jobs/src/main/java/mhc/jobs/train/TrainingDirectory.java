package mhc.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import mhc.jobs.config.TrainConfig;
import mhc.jobs.config.TrainConfigReader;
import mhc.model.train.TrainingOptions;

/**
 * What a training writes: a checkpoint folder for each model, and beside these {@code training/} with what was
 * configured, the state to go on from and the curve of each.
 */
final class TrainingDirectory {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIG = "config.json";

    private final Path root;

    TrainingDirectory(Path root) {
        this.root = root;
    }

    /**
     * Takes the directory for a configuration.
     *
     * @param resume whether a training is there already
     * @throws InputException when there is one and should not be, when there is none and should be, and when it is
     *     another one, with the differences
     */
    void claim(TrainConfig config, boolean resume) {
        Path file = configuration();
        try {
            ObjectNode wanted = describe(config);
            if (!Files.exists(file)) {
                if (resume) {
                    throw new InputException("There is no training to resume in " + root
                            + ": leave --resume out, or give" + " its directory to --set out=DIR.");
                }
                Files.createDirectories(training());
                Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(wanted));
                return;
            }
            if (!resume) {
                throw new InputException(
                        "Directory " + root + " holds a training already: go on with it by --resume, or"
                                + " give another one to --set out=DIR.");
            }
            List<String> differences = new ArrayList<>();
            compare("", JSON.readTree(Files.readString(file)), wanted, differences);
            if (!differences.isEmpty()) {
                throw new InputException("The training in " + root + " was begun with another configuration ("
                        + String.join("; ", differences) + "): go on with that one, or give another directory.");
            }
        } catch (IOException e) {
            throw new InputException(
                    "Directory " + root + " cannot be used (" + e.getMessage() + "): give one that can be written.", e);
        }
    }

    private static void compare(String path, JsonNode before, JsonNode now, List<String> differences) {
        if (before.isObject() && now.isObject()) {
            List<String> keys = new ArrayList<>();
            before.fieldNames().forEachRemaining(keys::add);
            now.fieldNames().forEachRemaining(key -> {
                if (!before.has(key)) {
                    keys.add(key);
                }
            });
            keys.forEach(key ->
                    compare(path.isEmpty() ? key : path + "." + key, before.path(key), now.path(key), differences));
        } else if (!before.equals(now)) {
            differences.add(path + " was " + shown(before) + ", is " + shown(now));
        }
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "absent" : value.toString();
    }

    /** All that decides the numbers; device and threads may change, and so may how often is saved. */
    private static ObjectNode describe(TrainConfig config) throws IOException {
        ObjectNode all = JSON.createObjectNode().put("name", config.name());
        all.set(
                "data",
                JSON.createObjectNode()
                        .put(
                                config.data().curriculum() ? "curriculum" : "folder",
                                config.data().source())
                        .put("seed", config.data().seed()));
        all.put("tokenizer", Sha256.of(config.tokenizer().text())).put("end-of-text", config.endOfText());
        ObjectNode models = all.putObject("models");
        config.models().forEach((name, options) -> models.set(name, describe(options)));
        // Numbers as a file holds them, so that they compare.
        return (ObjectNode) JSON.readTree(all.toString());
    }

    private static ObjectNode describe(TrainingOptions options) {
        ObjectNode node = JSON.createObjectNode().put("residual", options.residual());
        node.set("architecture", JSON.valueToTree(options.shape()));
        node.set("schedule", JSON.valueToTree(options.schedule()));
        node.put("batch", options.batch())
                .put("length", options.length())
                .put("weight-decay", options.decay())
                .put("clip", options.clip())
                .put("seed", options.seed());
        options.learned().stream().map(Enum::name).sorted().forEach(node.putArray("learn")::add);
        return node;
    }

    private Path training() {
        return root.resolve(TrainConfigReader.STATE_FOLDER);
    }

    /** What was configured; a directory that has it is a training's. */
    Path configuration() {
        return training().resolve(CONFIG);
    }

    Path checkpoint(String model) {
        return root.resolve(model);
    }

    Path state(String model) {
        return training().resolve(model + ".safetensors");
    }

    Path curve(String model) {
        return training().resolve(model + ".parquet");
    }

    Path heldOut(String model) {
        return training().resolve("held-out").resolve(model + ".parquet");
    }

    Path gains(String model) {
        return training().resolve("gains").resolve(model + ".parquet");
    }
}
