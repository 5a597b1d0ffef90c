package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.config.Settings;
import mhc.jobs.config.TrainConfig;
import mhc.jobs.config.TrainConfigReader;
import mhc.jobs.train.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains small models that differ in their residual alone. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Train matched models: one seed, one order of documents, one budget.",
        subcommands = {
            TrainReportCommand.class,
            TrainLadderCommand.class,
            TrainScalingCommand.class,
            TrainExportCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mhc-eval train --config conf/train-tiny.yaml",
            "  mhc-eval train --config conf/train-tiny.yaml --resume",
            "  mhc-eval train report runs/train-tiny",
            "  mhc-eval train ladder --config conf/train-ladder.yaml",
            "  mhc-eval train scaling runs/train-ladder",
            "  mhc-eval train export runs/train-tiny/mhc --out /models/mhc"
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML configuration.")
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any key of the configuration, such as train.steps=100.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = "--resume", description = "Go on with a training that was stopped.")
    private boolean resume;

    @Override
    public Integer call() {
        if (config == null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--config=FILE'");
        }
        Settings settings = Settings.read(config);
        assignments.forEach(settings::assign);
        TrainConfig training = TrainConfigReader.read(settings);
        spec.commandLine().getOut().print(Training.run(training, resume, System.err));
        return 0;
    }
}
