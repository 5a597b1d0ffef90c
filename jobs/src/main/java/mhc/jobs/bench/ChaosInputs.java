package mhc.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mhc.datasets.curriculum.CurriculumFiles;
import mhc.model.checkpoint.TinyCheckpoints;

/**
 * What the rounds evaluate: small untrained checkpoints on a synthetic test set, made from seeds.
 *
 * @param config of the run
 * @param model folder of the last model
 * @param other folder of a checkpoint like it with other weights
 */
record ChaosInputs(Path config, Path model, Path other) {
    private static final long TEST_SEED = 7;
    private static final int TEST_ITEMS = 48;
    private static final List<String> RESIDUALS = List.of("none", "mhc");

    static ChaosInputs write(Path folder) throws IOException {
        CurriculumFiles.write(folder.resolve("data"), TEST_SEED, TEST_ITEMS);
        StringBuilder models = new StringBuilder();
        for (String residual : RESIDUALS) {
            TinyCheckpoints.write(folder.resolve(residual), residual, 1);
            models.append("  %s: '%s'%n".formatted(residual, folder.resolve(residual)));
        }
        Path last = folder.resolve(RESIDUALS.get(RESIDUALS.size() - 1));
        Path other = folder.resolve("other");
        TinyCheckpoints.write(other, last.getFileName().toString(), 2);
        Path config = folder.resolve("chaos.yaml");
        Files.writeString(config, """
                name: chaos
                benchmarks: [bbh, drop, gsm8k, hellaswag, math, mmlu, piqa, triviaqa]
                baseline: none
                data: '%s'
                models:
                %s\
                out: given by each round
                """.formatted(folder.resolve("data"), models));
        return new ChaosInputs(config, last, other);
    }

    /** The two folders change their names. */
    void swap() throws IOException {
        Path between = model.resolveSibling("between");
        Files.move(model, between);
        Files.move(other, model);
        Files.move(between, other);
    }
}
