package mhc.jobs.config;

import org.apache.hadoop.conf.Configuration;

/** Hadoop's settings where no Spark session brings them. */
public final class HadoopSettings {
    private static final String PREFIX = "spark.hadoop.";

    private HadoopSettings() {}

    /** Those of the XML files on the class path, and over them what spark-submit was given as {@code spark.hadoop.*}. */
    public static Configuration current() {
        Configuration hadoop = new Configuration();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(PREFIX))
                .forEach(name -> hadoop.set(name.substring(PREFIX.length()), System.getProperty(name)));
        return hadoop;
    }
}
