package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import mhc.eval.Answer;
import mhc.model.InferenceOptions;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers are found again by what they depend on, and by nothing else. */
class AnswerCacheTest {
    private static final Map<String, Answer> ANSWERS =
            Map.of("ab12", new Answer.Text("seven", Answer.Stop.STOP_STRING, new Answer.Usage(9, 4, 2, false), 3));

    @TempDir
    private Path folder;

    private final LogRecorder log = LogRecorder.of(AnswerCache.class);

    @AfterEach
    void stopRecording() {
        log.close();
    }

    private AnswerCache cache(InferenceOptions options, String build) {
        ModelSpec spec = new ModelSpec("mhc", "/models/mhc", "fingerprint", options);
        return AnswerCache.of(folder.toString(), spec, build, new Configuration());
    }

    @Test
    void answersOfAnotherBuildAreNotFound() {
        cache(InferenceOptions.DEFAULT, "first").keep(ANSWERS);

        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(ANSWERS);
        assertThat(cache(InferenceOptions.DEFAULT, "second").load()).isEmpty();
        assertThat(cache(InferenceOptions.DEFAULT.withKernels("reference"), "first")
                        .load())
                .isEmpty();
    }

    @Test
    void answersDoNotDependOnTheTimeAllowed() {
        cache(InferenceOptions.DEFAULT.withExampleSeconds(600), "first").keep(ANSWERS);

        assertThat(cache(InferenceOptions.DEFAULT.withExampleSeconds(1200), "first")
                        .load())
                .isEqualTo(ANSWERS);
    }

    @Test
    void failuresAreNotKept() {
        cache(InferenceOptions.DEFAULT, "first")
                .keep(Map.of("cd34", new Answer.Failed(Answer.Cause.TIME_LIMIT, "no answer within 1 s")));

        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEmpty();
    }

    @Test
    void entriesThatWereEditedAreMissedAndTheOthersFound() throws IOException {
        Answer.Scores scores = new Answer.Scores(
                List.of(new Answer.Score(-1.5, 2, 5, true), new Answer.Score(-0.1, 1, 3, false)),
                new Answer.Usage(9, 4, 0, false));
        Map<String, Answer> all = Map.of("ab12", ANSWERS.get("ab12"), "ef56", scores);
        cache(InferenceOptions.DEFAULT, "first").keep(all);
        Path file = files().get(0);
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(all);

        String whole = Files.readString(file);
        Files.writeString(file, whole.replace("seven", "eight"));
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(Map.of("ef56", scores));
        Files.writeString(file, whole.replace("\"request\":\"ef56\"", "\"request\":\"ef57\""));
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(ANSWERS);
        Files.writeString(file, whole.substring(0, whole.length() - 20));
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(ANSWERS);
        Files.writeString(file, "no JSON\n" + whole);
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).isEqualTo(all);
        assertThat(warnings()).hasSize(4).allMatch(text -> text.contains(file + " was damaged or edited: 1 of its "));
    }

    @Test
    void answersOfAnotherModelDoNotCountWhereverTheyLie() throws IOException {
        cache(InferenceOptions.DEFAULT, "first").keep(ANSWERS);
        Path first = files().get(0);
        cache(InferenceOptions.DEFAULT, "second").keep(ANSWERS);
        Path second =
                files().stream().filter(path -> !path.equals(first)).findFirst().orElseThrow();

        Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);

        assertThat(cache(InferenceOptions.DEFAULT, "second").load()).isEmpty();
    }

    @Test
    void writersOfTheSameAnswersLeaveOneWholeFile() throws Exception {
        int writers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> written = new ArrayList<>();
            for (int i = 0; i < 5 * writers; i++) {
                // Another usage of the same request: what a second computation may differ in.
                Answer.Usage usage = new Answer.Usage(9, i, 2, false);
                Map<String, Answer> answers =
                        Map.of("ab12", new Answer.Text("seven", Answer.Stop.STOP_STRING, usage, 3));
                written.add(threads.submit(
                        () -> cache(InferenceOptions.DEFAULT, "first").keep(answers)));
                written.add(threads.submit(() -> assertThat(
                                cache(InferenceOptions.DEFAULT, "first").load().size())
                        .isLessThanOrEqualTo(1)));
            }
            for (Future<?> each : written) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(cache(InferenceOptions.DEFAULT, "first").load()).containsOnlyKeys("ab12");
        assertThat(files()).hasSize(1);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamedOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        ModelSpec spec = new ModelSpec("mhc", "/models/mhc", "fingerprint", InferenceOptions.DEFAULT);
        AnswerCache cache = AnswerCache.of(file.toString(), spec, "first", new Configuration());

        cache.keep(ANSWERS);
        cache.keep(ANSWERS);

        assertThat(cache.load()).isEmpty();
        assertThat(warnings().stream().filter(text -> text.contains("cannot be written")))
                .singleElement()
                .asString()
                .startsWith("Answer cache " + file + " cannot be written (");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private List<String> warnings() {
        return log.warnings();
    }
}
