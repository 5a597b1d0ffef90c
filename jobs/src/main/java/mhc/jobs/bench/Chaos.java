package mhc.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.jobs.run.RowHash;
import mhc.jobs.run.ShutdownHook;
import org.apache.hadoop.conf.Configuration;

/**
 * Runs on a real standalone cluster whose processes, disks and files are disturbed after the first commits: each has to
 * end with the rows of an undisturbed run, after one clear refusal at most where the fault is one that a user mends.
 */
public final class Chaos {
    private final Path folder;
    private final PrintWriter out;

    /** @param folder new; data, models, logs and runs go there */
    public Chaos(Path folder, PrintWriter out) {
        this.folder = folder.toAbsolutePath();
        this.out = out;
    }

    /**
     * Prints a line for each round; round i has the seed {@code seed + i}.
     *
     * @return rounds that did not end as they have to
     * @throws InputException when the undisturbed run does not finish
     */
    public int run(int rounds, long seed) throws IOException, InterruptedException {
        if (Files.exists(folder)) {
            throw new InputException(folder + " is there already: give a new folder to --out");
        }
        ChaosInputs inputs = ChaosInputs.write(folder.resolve("inputs"));
        try (StandaloneCluster cluster = new StandaloneCluster(folder.resolve("cluster"))) {
            ShutdownHook hook = ShutdownHook.of("stop cluster", cluster::close);
            try {
                return rounds(cluster, inputs, rounds, seed);
            } finally {
                hook.close();
            }
        }
    }

    private int rounds(StandaloneCluster cluster, ChaosInputs inputs, int rounds, long seed)
            throws IOException, InterruptedException {
        RowHash undisturbed = undisturbed(cluster, inputs);
        out.printf(
                "undisturbed: %d rows in %d parts, hash %s%n",
                undisturbed.rows(), undisturbed.parts(), undisturbed.hash());
        out.flush();
        int failed = 0;
        for (int i = 0; i < rounds; i++) {
            cluster.awaitIdle();
            ChaosPlan plan = ChaosPlan.of(seed + i, undisturbed.parts());
            ChaosRound.Outcome outcome =
                    new ChaosRound(cluster, inputs, plan, undisturbed).run(folder.resolve("round-" + plan.seed()));
            failed += outcome.passed() ? 0 : 1;
            out.println(outcome.line());
            out.flush();
        }
        out.printf("%d of %d rounds ended with the rows of the undisturbed run%n", rounds - failed, rounds);
        return failed;
    }

    private RowHash undisturbed(StandaloneCluster cluster, ChaosInputs inputs)
            throws IOException, InterruptedException {
        Path run = folder.resolve("undisturbed");
        StandaloneCluster.Driver driver = cluster.submit(inputs.config(), run, "driver-undisturbed");
        if (driver.process().waitFor() != 0) {
            throw new InputException(
                    "The undisturbed run did not finish (" + driver.lastWords() + "): see the logs under " + folder);
        }
        return RowHash.of(run.toString(), new Configuration());
    }
}
