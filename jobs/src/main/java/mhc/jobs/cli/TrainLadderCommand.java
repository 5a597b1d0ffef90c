package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.config.LadderConfigReader;
import mhc.jobs.config.LadderRun;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.SparkSessions;
import mhc.jobs.train.Ladder;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains models of several sizes, each of them as a Spark task. */
@Command(
        name = "ladder",
        mixinStandardHelpOptions = true,
        description = {
            "Train every model of a configuration in every one of its sizes, a Spark task each.",
            "The same command again goes on where runs were stopped."
        })
final class TrainLadderCommand implements Callable<Integer> {
    private static final int RETRIES = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
    private List<String> assignments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Settings settings = Settings.read(config);
        assignments.forEach(settings::assign);
        List<LadderRun> runs = LadderConfigReader.read(settings);
        try (SparkSession spark = SparkSessions.open("mhc-eval ladder", RETRIES)) {
            spec.commandLine().getOut().print(Ladder.run(runs, spark));
        }
        return 0;
    }
}
