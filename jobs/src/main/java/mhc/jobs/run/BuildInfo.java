package mhc.jobs.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.model.LanguageModel;
import mhc.reports.RunReport;

/**
 * What this build is made of, written by Maven.
 *
 * @param commit git commit, with {@code -dirty} when files were changed, or {@code unknown} outside a checkout
 */
public record BuildInfo(String version, String commit, String spark, String djl, String libtorch) {
    private static final int SHOWN_DIGITS = 12;

    /** Read from the program's own files, once. */
    private static final class Code {
        private static final String ALL = CodeFingerprint.of(
                "mhc/", Example.class, Answer.class, LanguageModel.class, RunReport.class, BuildInfo.class);
        private static final String MODEL = CodeFingerprint.of("mhc/model/", LanguageModel.class);
    }

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

    /**
     * What tells this build from every other one, such as {@code 0.1.0 528f783c12ab}. A commit alone does not where
     * files were changed or no checkout was there: then a fingerprint of the program's classes and resources follows
     * it.
     */
    public String identity() {
        boolean exact = !commit.equals("unknown") && !commit.endsWith("-dirty");
        return version + " " + commit + (exact ? "" : " " + Code.ALL.substring(0, SHOWN_DIGITS));
    }

    /**
     * What of a build a model's answers depend on: the code of {@code mhc.model}, native code included, and the engine.
     * The same over all commits that do not touch these.
     */
    public String inference() {
        return "DJL " + djl + ", libtorch " + libtorch + ", mhc.model " + Code.MODEL;
    }
}
