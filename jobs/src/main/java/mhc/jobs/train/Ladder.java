package mhc.jobs.train;

import java.io.Serializable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.jobs.config.LadderRun;
import mhc.jobs.config.TrainConfig;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Trains a ladder's runs as Spark tasks, one run a task, so that a cluster trains them side by side. Where the
 * directory of a run holds a training already, it goes on: so does a task that Spark starts again.
 */
public final class Ladder {
    private Ladder() {}

    /** What became of a run. */
    private record Outcome(String text, boolean failed) implements Serializable {}

    /**
     * Trains every run to its end.
     *
     * @param runs sizes in rising order; the last ones begin first, being the longest
     * @return one line for each run
     * @throws InputException when one of them could not be trained; the others were
     */
    public static String run(List<LadderRun> runs, SparkSession spark) {
        List<LadderRun> longestFirst = new ArrayList<>(runs);
        Collections.reverse(longestFirst);
        List<Outcome> outcomes = new ArrayList<>(JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(longestFirst, longestFirst.size())
                .map(Ladder::train)
                .collect());
        Collections.reverse(outcomes);
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        if (!failed.isEmpty()) {
            throw new InputException("%d of %d trainings failed, the others are done: %s"
                    .formatted(
                            failed.size(),
                            runs.size(),
                            failed.stream().map(Outcome::text).collect(Collectors.joining("; "))));
        }
        return outcomes.stream().map(Outcome::text).collect(Collectors.joining());
    }

    private static Outcome train(LadderRun run) {
        try {
            TrainConfig config = run.config();
            boolean begun = Files.exists(new TrainingDirectory(config.out()).configuration());
            return new Outcome(Training.run(config, begun, System.err), false);
        } catch (InputException e) {
            // A user's mistake stays one when the task is tried again, and the other runs do not depend on it.
            return new Outcome(run.name() + ": " + e.getMessage(), true);
        }
    }
}
