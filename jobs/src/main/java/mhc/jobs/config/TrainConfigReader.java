package mhc.jobs.config;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.eval.protocol.Protocols;
import mhc.model.checkpoint.TokenizerJson;
import mhc.model.train.Mapping;
import mhc.model.train.Recompute;
import mhc.model.train.Schedule;
import mhc.model.train.Shape;
import mhc.model.train.TrainingOptions;

/** Reads {@link Settings} into a {@link TrainConfig}; every problem of the document is found before any is reported. */
public final class TrainConfigReader {
    private static final Pattern MODEL_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|cuda(:\\d+)?");
    /** Of the output directory, beside the models' folders. */
    public static final String STATE_FOLDER = "training";

    /** The bundled tokenizer, by name. */
    private static final String CURRICULUM = "curriculum";

    private final Problems problems = new Problems();

    private TrainConfigReader() {}

    /** @throws InputException listing every unknown key, wrong type, missing and contradictory value */
    public static TrainConfig read(Settings settings) {
        return new TrainConfigReader().config(settings);
    }

    private TrainConfig config(Settings settings) {
        Section section = new Section(settings.root(), "", problems);
        String name = section.text("name", "training");
        Map<String, String> residuals = residuals(section.section("models"));
        String endOfText = section.text("end-of-text", "<|endoftext|>");
        TokenizerJson tokenizer = tokenizer(section, endOfText);
        Shape shape = shape(section.section("architecture"), vocabulary(tokenizer));
        Section train = section.section("train");
        int seed = train.integer("seed", 1, 0);
        TrainConfig.Data data = data(section.section("data"), seed);
        int every = train.integer("checkpoint-every", 100, 1);
        int heldOut = train.integer("held-out", 16, 0);
        String device = section.text("device", "auto");
        if (!DEVICE.matcher(device).matches()) {
            problems.add("device is %s: use auto, cpu, cuda or cuda:N", device);
        }
        int threads = section.integer("threads", 1, 1);
        String out = section.required("out", "the directory to write");
        TrainingOptions options = options(train, shape, seed, device);
        train.refuseOthers();
        section.refuseOthers();
        problems.throwIfAny("The configuration");
        Map<String, TrainingOptions> models = new LinkedHashMap<>();
        residuals.forEach((model, residual) -> models.put(model, options.of(residual)));
        return new TrainConfig(name, models, data, tokenizer, endOfText, every, heldOut, threads, Path.of(out));
    }

    private Map<String, String> residuals(Section section) {
        Map<String, String> residuals = new LinkedHashMap<>();
        for (String name : section.names()) {
            if (!MODEL_NAME.matcher(name).matches() || name.equals(STATE_FOLDER)) {
                problems.add(
                        "models names \"%s\": use letters, digits, '.', '_' and '-' only, and not the word %s",
                        name, STATE_FOLDER);
            }
            residuals.put(name, section.choice(name, "", "none", "hc", "mhc"));
        }
        if (residuals.isEmpty()) {
            problems.add("models is missing or empty: give at least one, such as models: {mhc: mhc}");
        }
        return residuals;
    }

    private Shape shape(Section section, int vocabulary) {
        int hidden = section.integer("hidden", 128, 2);
        int heads = section.integer("heads", 4, 1);
        int pairs = section.integer("key-value-heads", heads, 1);
        if (hidden % (2 * heads) != 0) {
            problems.add("architecture.hidden is %d: expected a multiple of twice architecture.heads", hidden);
        }
        if (heads % pairs != 0) {
            problems.add("architecture.heads is %d: expected a multiple of architecture.key-value-heads", heads);
        }
        Shape shape = new Shape(
                hidden,
                section.integer("layers", 4, 1),
                heads,
                pairs,
                section.integer("intermediate", 344, 1),
                vocabulary,
                section.integer("max-length", 1024, 2),
                section.integer("streams", 4, 1),
                section.integer("sinkhorn-iterations", 20, 1),
                section.flag("tied", true));
        section.refuseOthers();
        return shape;
    }

    /** The tokenizer, or nothing where that is a problem. */
    private TokenizerJson tokenizer(Section section, String endOfText) {
        String given = section.text("tokenizer", CURRICULUM);
        TokenizerJson[] read = new TokenizerJson[1];
        problems.collect(() -> {
            TokenizerJson json =
                    given.equals(CURRICULUM) ? TokenizerJson.ofCurriculum() : TokenizerJson.read(Path.of(given));
            json.id(endOfText);
            json.size();
            read[0] = json;
        });
        return read[0];
    }

    private static int vocabulary(TokenizerJson tokenizer) {
        return tokenizer == null ? 2 : tokenizer.size();
    }

    private TrainConfig.Data data(Section section, int seed) {
        String protocol = section.text("curriculum", "");
        String folder = section.text("folder", "");
        String heldOut = section.text("held-out", "");
        section.refuseOthers();
        if (protocol.isEmpty() == folder.isEmpty()) {
            problems.add("data needs one of curriculum (a protocol, such as paper) and folder (of text files)");
        }
        if (!protocol.isEmpty()) {
            problems.collect(() -> Protocols.named(protocol));
        }
        if (!protocol.isEmpty() && !heldOut.isEmpty()) {
            problems.add("data.held-out is a folder of text beside data.folder: the curriculum draws other documents by"
                    + " itself, leave it out");
        }
        return new TrainConfig.Data(!protocol.isEmpty(), protocol.isEmpty() ? folder : protocol, heldOut, seed);
    }

    private TrainingOptions options(Section train, Shape shape, int seed, String device) {
        int steps = train.integer("steps", 1000, 1);
        int warmUp = train.integer("warm-up", 100, 0);
        if (warmUp > steps) {
            problems.add("train.warm-up is %d: expected at most train.steps, %d", warmUp, steps);
        }
        int length = train.integer("length", 512, 2);
        if (length > shape.maxLength()) {
            problems.add("train.length is %d: expected at most architecture.max-length, %d", length, shape.maxLength());
        }
        return new TrainingOptions(
                "none",
                shape,
                new Schedule(steps, warmUp, train.number("learning-rate", 0.003, 0)),
                train.integer("batch", 4, 1),
                length,
                train.number("weight-decay", 0.1, 0),
                train.number("clip", 1, 0),
                seed,
                learned(train),
                recompute(train, shape),
                device);
    }

    private static Recompute recompute(Section train, Shape shape) {
        return switch (train.text("recompute", "none")) {
            case "none" -> Recompute.NONE;
            case "auto" -> Recompute.least(shape.streams(), 2 * shape.layers());
            default -> new Recompute(train.integer("recompute", 1, 1));
        };
    }

    private Set<Mapping> learned(Section train) {
        List<String> names = train.texts("learn");
        if (names.isEmpty()) {
            return EnumSet.allOf(Mapping.class);
        }
        Set<Mapping> learned = EnumSet.noneOf(Mapping.class);
        for (String name : names) {
            try {
                learned.add(Mapping.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                problems.add("train.learn names %s: use res, pre and post", name);
            }
        }
        return learned;
    }
}
