package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorModelsTest {
    @TempDir
    private Path folder;

    /** A host on which other weights lie at the same path would fill some shards with another model's rows. */
    @Test
    void refusesWeightsThatTheRunWasNotPlannedWith() {
        TinyCheckpoints.write(folder, "mhc", 1);
        String planned = Checkpoint.open(folder).fingerprint();
        ModelSpec spec = new ModelSpec("m", folder.toString(), planned, InferenceOptions.DEFAULT);
        try (LanguageModel model = ExecutorModels.open(spec, InferenceOptions.DEFAULT, new Configuration(false))) {
            assertThat(model).isNotNull();
        }

        TinyCheckpoints.write(folder, "mhc", 2);
        String now = Checkpoint.open(folder).fingerprint();

        assertThatThrownBy(() -> ExecutorModels.open(spec, InferenceOptions.DEFAULT, new Configuration(false)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Model m in " + folder + " on host ")
                .hasMessageContaining("has fingerprint " + now + ", but the run was planned with " + planned);
    }
}
