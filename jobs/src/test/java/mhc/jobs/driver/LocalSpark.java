package mhc.jobs.driver;

import org.apache.spark.sql.SparkSession;

/** One local session for every test of this JVM; it ends with the JVM. */
public final class LocalSpark {
    private static final SparkSession SESSION = SparkSession.builder()
            .master("local[2,3]")
            .appName("tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();

    private LocalSpark() {}

    public static SparkSession session() {
        return SESSION;
    }
}
