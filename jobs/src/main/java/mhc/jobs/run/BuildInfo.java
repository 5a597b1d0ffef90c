package mhc.jobs.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build is made of, written by Maven.
 *
 * @param commit git commit, with {@code -dirty} when files were changed, or {@code unknown} outside a checkout
 */
public record BuildInfo(String version, String commit, String spark, String djl, String libtorch) {

    public static BuildInfo current() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String commit = properties.getProperty("commit");
        return new BuildInfo(
                properties.getProperty("version"),
                commit.startsWith("$") ? "unknown" : commit,
                properties.getProperty("spark"),
                properties.getProperty("djl"),
                properties.getProperty("libtorch"));
    }
}
