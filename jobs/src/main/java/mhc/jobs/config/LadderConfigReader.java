package mhc.jobs.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;

/**
 * Reads a ladder of trainings: the keys of a training, and {@code sizes}, each of which is laid over them. Every size
 * trains every model.
 */
public final class LadderConfigReader {
    private static final String SIZES = "sizes";

    private LadderConfigReader() {}

    /**
     * The runs of a ladder, sizes in their order.
     *
     * @throws InputException when there are no sizes, or one of the trainings is not valid
     */
    public static List<LadderRun> read(Settings settings) {
        if (!(settings.root().path(SIZES) instanceof ObjectNode sizes) || sizes.isEmpty()) {
            throw new InputException(
                    "sizes is missing: give each size by name with what it changes, such as sizes: {w64:"
                            + " {architecture: {hidden: 64}}}, as conf/train-ladder.yaml does");
        }
        List<LadderRun> runs = new ArrayList<>();
        Problems problems = new Problems();
        sizes.properties()
                .forEach(size -> problems.collect(() -> {
                    Settings all = settings.copy();
                    all.remove(SIZES);
                    all.layOver(size.getValue());
                    TrainConfig config = TrainConfigReader.read(all);
                    config.models().forEach((model, options) -> {
                        String name = size.getKey() + "-" + model;
                        Settings one = all.copy();
                        one.remove("models");
                        one.put("models." + name, options.residual());
                        one.put("out", Path.of(config.out().toString(), name).toString());
                        runs.add(new LadderRun(name, one.text()));
                    });
                }));
        problems.throwIfAny("The ladder");
        runs.forEach(LadderRun::config);
        return runs;
    }
}
