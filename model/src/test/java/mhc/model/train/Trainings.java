package mhc.model.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.model.checkpoint.TokenizerJson;
import mhc.model.engine.Torch;

/** Very small trainings for tests. */
final class Trainings {
    static final Set<Mapping> ALL = EnumSet.allOf(Mapping.class);

    private Trainings() {}

    static TrainingOptions options(String residual, int steps, Set<Mapping> learned) {
        Shape shape = new Shape(16, 2, 2, 1, 24, 1024, 64, 3, 20, true);
        return new TrainingOptions(
                residual, shape, new Schedule(steps, 2, 0.01), 2, 24, 0.1, 1, 5, learned, Recompute.NONE, "cpu");
    }

    /** Begins in a folder, with the tokenizer that tiny checkpoints have. */
    static Trainer begin(Path root, TrainingOptions options) {
        Torch.start(1);
        Path tiny = root.resolve("tiny");
        if (!Files.exists(tiny)) {
            TinyCheckpoints.write(tiny, "none", 1);
        }
        return Trainer.begin(
                root.resolve("model"),
                root.resolve("state"),
                options,
                TokenizerJson.read(tiny.resolve("tokenizer.json")),
                "<|endoftext|>",
                "trained on sentences",
                Trainings::document);
    }

    static Trainer resume(Path root, TrainingOptions options) {
        return Trainer.resume(root.resolve("model"), root.resolve("state"), options, Trainings::document);
    }

    static String document(long index) {
        return "The children took " + index % 9 + " apples, and the man put " + index % 5 + " of them on the table.";
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
