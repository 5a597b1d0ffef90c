package mhc.model.checkpoint;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tiny random checkpoints with float64 outputs, written by {@code model/tools/make_checkpoints.py}: {@code gqa} and
 * {@code mla-moe}, each {@code -none}, {@code -hc} and {@code -mhc}, and {@code v4-mhc}; those of {@code gqa} and {@code
 * v4} have a tokenizer. {@code qwen3-moe}, {@code mixtral}, {@code olmo2}, {@code gemma2} and {@code gemma3} have
 * transformers' outputs, by {@code model/tools/record_families.py}.
 */
public final class BundledCheckpoints {
    private BundledCheckpoints() {}

    public static Path folder(String name) {
        return resource("checkpoints/" + name);
    }

    /** A copy of a checkpoint into a new folder, with one of the bundled {@code generation_config.json}. */
    public static Path generating(String name, String generation, Path copy) throws IOException {
        Files.createDirectory(copy);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(name))) {
            for (Path file : files) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Files.copy(resource("generation/" + generation + ".json"), copy.resolve("generation_config.json"));
        return copy;
    }

    private static Path resource(String name) {
        try {
            return Path.of(
                    BundledCheckpoints.class.getResource("/mhc/model/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
