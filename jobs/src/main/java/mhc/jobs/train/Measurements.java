package mhc.jobs.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mhc.model.probe.AmaxGain;
import mhc.model.train.Trainer;

/**
 * What is measured of one model at its checkpoints, on text that it is not trained on: losses and gains. Measuring
 * changes nothing that the next step depends on.
 */
final class Measurements {
    private final Path heldOutFile;
    private final Path gainFile;
    private final String model;
    private final List<HeldOut> heldOut = new ArrayList<>();
    private final List<SiteGain> gains = new ArrayList<>();

    private Measurements(TrainingDirectory directory, String model) {
        this.heldOutFile = directory.heldOut(model);
        this.gainFile = directory.gains(model);
        this.model = model;
    }

    /** Those up to a number of steps; later ones will be made again. */
    static Measurements open(TrainingDirectory directory, String model, long done) {
        Measurements measurements = new Measurements(directory, model);
        HeldOut.read(measurements.heldOutFile).stream()
                .filter(row -> row.step() <= done)
                .forEach(measurements.heldOut::add);
        SiteGain.read(measurements.gainFile).stream()
                .filter(row -> row.step() <= done)
                .forEach(measurements.gains::add);
        return measurements;
    }

    /** Measures and writes, unless that was done after as many steps already. */
    void take(Trainer trainer, long[][] rows) {
        long step = trainer.steps();
        boolean taken = Stream.concat(
                        heldOut.stream().map(HeldOut::step), gains.stream().map(SiteGain::step))
                .anyMatch(done -> done == step);
        if (taken || rows.length == 0) {
            return;
        }
        double[] losses = trainer.losses(rows);
        for (int row = 0; row < rows.length; row++) {
            heldOut.add(new HeldOut(step, row, losses[row]));
        }
        HeldOut.write(heldOutFile, model, heldOut);
        float[][] combs = trainer.streamMatrices(rows[0]);
        if (combs.length > 0) {
            int streams = (int) Math.round(Math.sqrt(combs[0].length / (double) rows[0].length));
            gains.addAll(SiteGain.of(step, AmaxGain.of(combs, streams)));
            SiteGain.write(gainFile, model, gains);
        }
    }
}
