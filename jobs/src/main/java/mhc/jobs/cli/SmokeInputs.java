package mhc.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.datasets.Samples;
import mhc.datasets.curriculum.CurriculumFiles;
import mhc.jobs.config.Settings;
import mhc.model.checkpoint.TinyCheckpoints;

/** The data and the three models that the jar brings along, as files. */
final class SmokeInputs {
    private static final long UNTRAINED_SEED = 20251224;
    private static final long TEST_SEED = 7;
    private static final int TEST_ITEMS = 64;
    private static final Map<String, String> RESIDUALS = new LinkedHashMap<>();

    static {
        RESIDUALS.put("baseline", "none");
        RESIDUALS.put("hc", "hc");
        RESIDUALS.put("mhc", "mhc");
    }

    private SmokeInputs() {}

    /**
     * Writes data and checkpoints, unless an earlier start has written them.
     *
     * @param untrained whether the checkpoints are made on the spot, and the data the bundled samples
     * @return a configuration that evaluates them, without an output directory
     * @throws InputException when the folder cannot be written
     */
    static Settings write(Path folder, boolean untrained) {
        Path complete = folder.resolve(".complete");
        Map<String, String> models = new LinkedHashMap<>();
        RESIDUALS.forEach((name, residual) ->
                models.put(name, folder.resolve("models").resolve(name).toString()));
        try {
            if (!Files.exists(complete)) {
                Files.createDirectories(folder);
                if (untrained) {
                    Samples.copyTo(folder.resolve("data"));
                    RESIDUALS.forEach((name, residual) ->
                            TinyCheckpoints.write(Path.of(models.get(name)), residual, UNTRAINED_SEED));
                } else {
                    CurriculumFiles.write(folder.resolve("data"), TEST_SEED, TEST_ITEMS);
                    for (String name : RESIDUALS.keySet()) {
                        Trio.write(name, Path.of(models.get(name)));
                    }
                }
                Files.createFile(complete);
            }
        } catch (IOException e) {
            throw new InputException(
                    "Run directory " + folder.getParent() + " cannot be written (" + e.getMessage()
                            + "): give a writable directory to --out",
                    e);
        }
        Settings settings = settings();
        settings.put("data", folder.resolve("data").toString());
        settings.replaceModels(models);
        return settings;
    }

    private static Settings settings() {
        try (InputStream in = SmokeInputs.class.getResourceAsStream("smoke.yaml")) {
            return Settings.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
