package mhc.reports;

import org.apache.spark.sql.SparkSession;

/** One quiet local session for all tests of this module. */
final class TestSpark {
    static final SparkSession SESSION = SparkSession.builder()
            .master("local[2]")
            .appName("reports tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "localhost")
            .getOrCreate();

    private TestSpark() {}
}
