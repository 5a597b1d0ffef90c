package mhc.datasets.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real checkpoints, benchmarks and recorded outputs beside the checkout ({@code -Dmhc.shared}, default {@code ../shared}). */
public final class SharedInputs {
    private static final Path ROOT = Path.of(System.getProperty("mhc.shared", "../shared"))
            .toAbsolutePath()
            .normalize();

    private SharedInputs() {}

    /** The path of a shared file or folder; the calling test is skipped, with a line on standard error, when it is absent. */
    public static Path require(String relative) {
        Path path = ROOT.resolve(relative);
        if (!Files.exists(path)) {
            System.err.println("SKIPPED: needs " + relative + " of the shared inputs, absent; set -Dmhc.shared=FOLDER");
            Assumptions.abort("shared input absent: " + relative);
        }
        return path;
    }
}
