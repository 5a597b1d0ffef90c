package mhc.model.checkpoint;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Tiny random checkpoints with float64 outputs, written by {@code model/tools/make_checkpoints.py}: {@code gqa} and
 * {@code mla-moe}, each {@code -none}, {@code -hc} and {@code -mhc}; those of {@code gqa} have a tokenizer.
 */
public final class BundledCheckpoints {
    private BundledCheckpoints() {}

    public static Path folder(String name) {
        try {
            return Path.of(BundledCheckpoints.class
                    .getResource("/mhc/model/checkpoints/" + name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
