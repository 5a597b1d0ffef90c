package mhc.jobs.driver;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark sessions: the one spark-submit configured, or a quiet local one. */
public final class SparkSessions {
    private SparkSessions() {}

    /** A session for work that needs no retries, such as a report. */
    public static SparkSession local(String appName) {
        return open(appName, 0);
    }

    /**
     * The session for a run. What spark-submit set is kept; without it, local mode on all cores.
     *
     * @param retries how often a failed shard is tried again
     */
    public static SparkSession open(String appName, int retries) {
        SparkConf conf = new SparkConf().setAppName(appName);
        conf.setIfMissing("spark.sql.debug.maxToStringFields", "1000"); // else a wide plan is worth a warning to Spark
        conf.set("spark.task.maxFailures", Integer.toString(retries + 1));
        if (!conf.contains("spark.master")) {
            conf.setMaster("local[*," + (retries + 1) + "]");
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing("spark.driver.host", "localhost");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.sql.shuffle.partitions", "4");
            conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        }
        return SparkSession.builder().config(conf).getOrCreate();
    }
}
