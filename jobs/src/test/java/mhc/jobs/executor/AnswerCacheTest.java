package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import mhc.eval.Answer;
import mhc.model.InferenceOptions;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers are found again by what they depend on, and by nothing else. */
class AnswerCacheTest {
    private static final Map<String, Answer> ANSWERS =
            Map.of("ab12", new Answer.Text("seven", Answer.Stop.STOP_STRING, new Answer.Usage(9, 4, 2, false), 3));

    @TempDir
    private Path folder;

    private AnswerCache cache(InferenceOptions options, String build) {
        ModelSpec spec = new ModelSpec("mhc", "/models/mhc", "fingerprint", options);
        return AnswerCache.of(folder.toString(), spec, build, new Configuration());
    }

    @Test
    void answersOfAnotherBuildAreNotFound() throws IOException {
        cache(InferenceOptions.DEFAULT, "first").keep(ANSWERS);

        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(ANSWERS);
        assertThat(cache(InferenceOptions.DEFAULT, "second").load()).isEmpty();
        assertThat(cache(InferenceOptions.DEFAULT.withKernels("reference"), "first")
                        .load())
                .isEmpty();
    }

    @Test
    void answersDoNotDependOnTheTimeAllowed() throws IOException {
        cache(InferenceOptions.DEFAULT.withExampleSeconds(600), "first").keep(ANSWERS);

        assertThat(cache(InferenceOptions.DEFAULT.withExampleSeconds(1200), "first")
                        .load())
                .isEqualTo(ANSWERS);
    }

    @Test
    void failuresAreNotKept() throws IOException {
        cache(InferenceOptions.DEFAULT, "first")
                .keep(Map.of("cd34", new Answer.Failed(Answer.Cause.TIME_LIMIT, "no answer within 1 s")));

        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEmpty();
    }
}
