package mhc.jobs.config;

import java.io.Serializable;

/**
 * One training of a ladder.
 *
 * @param name of its model and directory, such as {@code w64-mhc}
 * @param settings its configuration, as YAML
 */
public record LadderRun(String name, String settings) implements Serializable {

    /** The configuration, valid as it was when the ladder was read. */
    public TrainConfig config() {
        return TrainConfigReader.read(Settings.parse(settings));
    }
}
