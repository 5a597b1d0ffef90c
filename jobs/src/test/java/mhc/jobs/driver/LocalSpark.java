package mhc.jobs.driver;

import org.apache.spark.sql.SparkSession;

/** One local session for the tests of this JVM; a new one where a command has stopped it, as commands do at their end. */
public final class LocalSpark {
    private static SparkSession session = start();

    private LocalSpark() {}

    public static synchronized SparkSession session() {
        if (session.sparkContext().isStopped()) {
            session = start();
        }
        return session;
    }

    private static SparkSession start() {
        return SparkSession.builder()
                .master("local[2,3]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.executor.heartbeatInterval", "1s")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }
}
