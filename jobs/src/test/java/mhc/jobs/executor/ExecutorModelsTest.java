package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Request;
import mhc.jobs.driver.LocalSpark;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
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

    @Test
    void modelsAreClosedWithALocalApplication() throws InterruptedException {
        TinyCheckpoints.write(folder, "none", 1);
        SparkSession spark = LocalSpark.session();
        ExecutorModels.closeWith(spark.sparkContext());
        String planned = Checkpoint.open(folder).fingerprint();
        ModelSpec spec = new ModelSpec("m", folder.toString(), planned, InferenceOptions.DEFAULT);
        LanguageModel model;
        try (ModelSlot.Lease lease = ExecutorModels.borrow(spec, List.of("cpu"), new Configuration(false))) {
            model = lease.model();
        }
        List<Request> requests = List.of(new Request.Generate("One and", List.of(), 1));
        assertThat(model.answer(requests, (index, answer) -> {}).promptTokens()).isPositive();

        spark.stop();

        assertThatThrownBy(() -> model.answer(requests, (index, answer) -> {}))
                .isInstanceOf(IllegalStateException.class);
    }
}
