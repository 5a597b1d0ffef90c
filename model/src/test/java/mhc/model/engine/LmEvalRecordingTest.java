package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.eval.lmeval.parity.ParityCheck;
import mhc.eval.lmeval.parity.ParityReport;
import mhc.eval.lmeval.parity.ParityReport.Kind;
import mhc.eval.lmeval.parity.Recording;
import mhc.eval.testing.SampleRecordings;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.decoder.JsonFields;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Log-likelihoods and generated texts against recorded runs of lm-evaluation-harness 0.4.13 on the same weights: every
 * document, or two of a file with {@code -Dmhc.recordings=sample}.
 */
class LmEvalRecordingTest {
    private static final boolean ALL = !System.getProperty("mhc.recordings", "").equals("sample");
    private static final int GENERATION_LIMIT = 256;

    /** A recorded document: what was asked and what came. */
    private record Recorded(String name, Request request, JsonNode responses) {}

    @ParameterizedTest
    @CsvSource({
        "none, tiny-baseline, auto",
        "hc, tiny-hc, reference",
        "hc, tiny-hc, fused",
        "mhc, tiny-mhc, reference",
        "mhc, tiny-mhc, fused"
    })
    void answersAsRecorded(String residual, String folder, String kernels) throws IOException {
        List<Recorded> documents = documents(SharedInputs.require("goldens/lm-eval"), residual);
        assertThat(documents).isNotEmpty();
        List<Answer> answers = new ArrayList<>(java.util.Collections.nCopies(documents.size(), null));
        try (LanguageModel model =
                LanguageModels.open(SharedInputs.require("models/" + folder), Tiny.onKernels(kernels))) {
            model.answer(documents.stream().map(Recorded::request).toList(), answers::set);
        }
        for (int i = 0; i < answers.size(); i++) {
            compare(documents.get(i), answers.get(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gqa-none, auto",
        "gqa-hc, reference",
        "gqa-hc, fused",
        "gqa-mhc, reference",
        "gqa-mhc, fused",
        "v4-mhc, fused"
    })
    void answersAsRecordedOnTheSamples(String checkpoint, String kernels, @TempDir Path folder) {
        int documents = 0;
        try (LanguageModel model =
                LanguageModels.open(BundledCheckpoints.folder(checkpoint), Tiny.onKernels(kernels))) {
            for (Path file : SampleRecordings.write(folder, checkpoint)) {
                Recording recording = Recording.read(file);
                ParityCheck check = ParityCheck.of(recording, SampleRecordings.pool(recording.benchmark()));
                ParityReport report = check.compare(Tiny.answers(model, check.requests()));
                assertThat(report.first()).as(report.toString()).isEmpty();
                assertThat(report.nearTies()).as(report.toString()).isEmpty();
                assertThat(report.compared(Kind.TEXT) + report.compared(Kind.LOG_LIKELIHOOD))
                        .isGreaterThanOrEqualTo(report.documents());
                documents += report.documents();
            }
        }
        // Sixteen items of each corpus, and GSM8K's once more under the other task.
        assertThat(documents).isEqualTo(9 * 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"penalised", "ended"})
    void obeysTheGenerationConfigAsRecorded(String generation, @TempDir Path folder) throws IOException {
        Path checkpoint = BundledCheckpoints.generating("gqa-none", generation, folder.resolve("checkpoint"));
        int documents = 0;
        try (LanguageModel model = LanguageModels.open(checkpoint, Tiny.onKernels("auto"))) {
            for (Path file : SampleRecordings.write(folder, "gqa-none-" + generation)) {
                Recording recording = Recording.read(file);
                ParityCheck check = ParityCheck.of(recording, SampleRecordings.pool(recording.benchmark()));
                ParityReport report = check.compare(Tiny.answers(model, check.requests()));
                assertThat(report.first()).as(report.toString()).isEmpty();
                assertThat(report.nearTies()).as(report.toString()).isEmpty();
                assertThat(report.compared(Kind.TEXT)).isEqualTo(report.documents());
                documents += report.documents();
            }
        }
        assertThat(documents).isEqualTo(3 * 16);
    }

    private static void compare(Recorded recorded, Answer answer) {
        if (answer instanceof Answer.Text text) {
            assertThat(text.text())
                    .as(recorded.name())
                    .isEqualTo(recorded.responses().get(0).get(0).asText());
            return;
        }
        assertThat(answer).as(recorded.name()).isInstanceOf(Answer.Scores.class);
        List<Answer.Score> scores = ((Answer.Scores) answer).scores();
        assertThat(scores).hasSize(recorded.responses().size());
        for (int i = 0; i < scores.size(); i++) {
            JsonNode response = recorded.responses().get(i).get(0);
            double expected = response.get(0).asDouble();
            assertThat(Math.abs(scores.get(i).logLikelihood() - expected))
                    .as("%s, continuation %d", recorded.name(), i)
                    .isLessThanOrEqualTo(Math.max(1e-4, 1e-5 * Math.abs(expected)));
            assertThat(scores.get(i).greedy())
                    .as(recorded.name())
                    .isEqualTo(response.get(1).asBoolean());
        }
    }

    private static List<Recorded> documents(Path folder, String residual) throws IOException {
        List<Recorded> documents = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*." + residual + ".jsonl")) {
            for (Path file : files) {
                List<String> lines = Files.readAllLines(file);
                int last = -1;
                int taken = 0;
                for (String line : lines.subList(1, lines.size())) {
                    JsonNode document = JsonFields.JSON.readTree(line);
                    // A task with two filters has two lines a document.
                    if (document.get("doc_id").asInt() != last && (ALL || taken < 2)) {
                        String name = file.getFileName() + " " + document.get("doc_id");
                        documents.add(new Recorded(name, request(document.get("arguments")), document.get("resps")));
                        taken++;
                    }
                    last = document.get("doc_id").asInt();
                }
            }
        }
        return documents;
    }

    private static Request request(JsonNode arguments) {
        String context = arguments.get(0).get(0).asText();
        JsonNode second = arguments.get(0).get(1);
        if (second.isObject()) {
            List<String> stops = new ArrayList<>();
            second.get("until").forEach(stop -> stops.add(stop.asText()));
            return new Request.Generate(
                    context, stops, second.path("max_gen_toks").asInt(GENERATION_LIMIT));
        }
        List<String> continuations = new ArrayList<>();
        for (JsonNode argument : arguments) {
            assertThat(argument.get(0).asText()).isEqualTo(context);
            continuations.add(argument.get(1).asText());
        }
        return new Request.Choice(context, continuations);
    }
}
