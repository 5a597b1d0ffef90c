package mhc.jobs.driver;

import org.apache.spark.sql.SparkSession;

/** The local session of this JVM's tests: a command that a test runs may have closed the one before. */
public final class LocalSpark {
    private LocalSpark() {}

    public static SparkSession session() {
        return SparkSession.builder()
                .master("local[2,3]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }
}
