package mhc.jobs;

import mhc.jobs.cli.Main;
import mhc.jobs.cli.RunCommand;

/** Entry point for spark-submit; arguments as for {@code mhc-eval run}. */
public final class EvalJob {
    private EvalJob() {}

    public static void main(String[] arguments) {
        System.exit(Main.execute(new RunCommand(), arguments));
    }
}
