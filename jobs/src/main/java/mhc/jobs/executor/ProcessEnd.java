package mhc.jobs.executor;

import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a process ends in which a native call hangs: at once, since shutdown hooks would wait for the engine. */
final class ProcessEnd implements HangWatch.End {
    /** Exit status of an executor, as of a process that aborts. */
    static final int EXECUTOR = 134;

    /** Exit status where driver and executor are one process: an internal failure. */
    static final int LOCAL = 1;

    private static final Logger log = LoggerFactory.getLogger(ProcessEnd.class);

    @Override
    public void end(String sentence) {
        String said = "On host " + ExecutorModels.hostName() + " " + sentence;
        if (SparkEnv.get().blockManager().blockManagerId().isDriver()) {
            System.err.println("mhc-eval: " + said + ": the run ends; start it again to continue it, and that shard is"
                    + " asked one example at a time");
            System.err.flush();
            Runtime.getRuntime().halt(LOCAL);
        } else {
            log.error("{}: this executor ends, and the shard is asked again one example at a time", said);
            Runtime.getRuntime().halt(EXECUTOR);
        }
    }
}
