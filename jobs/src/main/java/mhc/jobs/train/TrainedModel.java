package mhc.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.train.Step;

/**
 * What a training directory holds of one model.
 *
 * @param options how it was trained, as {@code training/config.json} has it
 * @param heldOut by step, then row; none where nothing was measured
 * @param gains by step, then site; none where the residual is plain or nothing was measured
 */
record TrainedModel(String name, JsonNode options, List<Step> steps, List<HeldOut> heldOut, List<SiteGain> gains) {

    /**
     * The models of a directory that have a curve.
     *
     * @throws InputException when it is no training directory
     */
    static List<TrainedModel> read(Path root) {
        TrainingDirectory directory = new TrainingDirectory(root);
        JsonNode models;
        try {
            models = new JsonMapper()
                    .readTree(Files.readString(directory.configuration()))
                    .path("models");
        } catch (IOException e) {
            throw new InputException(
                    root + " is not the directory of a training (" + e.getMessage()
                            + "): give one that mhc-eval train has written.",
                    e);
        }
        List<TrainedModel> trained = new ArrayList<>();
        models.properties().forEach(model -> {
            String name = model.getKey();
            if (Files.exists(directory.curve(name))) {
                trained.add(new TrainedModel(
                        name,
                        model.getValue(),
                        Curve.read(directory.curve(name)),
                        HeldOut.read(directory.heldOut(name)),
                        SiteGain.read(directory.gains(name))));
            }
        });
        return trained;
    }

    String residual() {
        return options.path("residual").asText();
    }

    /** Losses of rows after the last step that was measured. */
    List<HeldOut> lastHeldOut() {
        long last = heldOut.stream().mapToLong(HeldOut::step).max().orElse(-1);
        return heldOut.stream().filter(row -> row.step() == last).toList();
    }

    /** Gains of sites after the last step that was measured. */
    List<SiteGain> lastGains() {
        long last = gains.stream().mapToLong(SiteGain::step).max().orElse(-1);
        return gains.stream().filter(gain -> gain.step() == last).toList();
    }

    /** Steps after which gains were measured, in order. */
    List<Long> measuredSteps() {
        return gains.stream().map(SiteGain::step).distinct().toList();
    }
}
