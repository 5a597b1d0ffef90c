package mhc.eval.lmeval.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.datasets.FewShotPool;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.lmeval.parity.ParityReport.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check itself, on invented recordings in the harness's format. */
class ParityCheckTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTEXT = "Question: Which planet is red??\nAnswer:";

    @TempDir
    private Path folder;

    private Path trivia(String context, String response, String filtered, double value, double mean) {
        return write(
                "triviaqa.canned.jsonl",
                Map.of(
                        "task",
                        "triviaqa",
                        "model",
                        "canned",
                        "num_fewshot",
                        0,
                        "config",
                        Map.of("task", "triviaqa"),
                        "results",
                        Map.of("exact_match,remove_whitespace", mean, "sample_len", 1)),
                Map.of(
                        "doc_id", 0,
                        "doc",
                                Map.of(
                                        "question",
                                        "Which planet is red?",
                                        "answer",
                                        Map.of("value", "Mars", "aliases", List.of("Mars", "Planet Mars"))),
                        "arguments", List.of(List.of(context, Map.of("until", List.of("\n", ".", ",")))),
                        "resps", List.of(List.of(response)),
                        "filtered_resps", List.of(filtered),
                        "filter", "remove_whitespace",
                        "metrics", List.of("exact_match"),
                        "exact_match", value));
    }

    private Path write(String name, Object... lines) {
        try {
            StringBuilder text = new StringBuilder();
            for (Object line : lines) {
                text.append(line instanceof String raw ? raw : JSON.writeValueAsString(line))
                        .append('\n');
            }
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ParityCheck check(Path file) {
        return ParityCheck.of(Recording.read(file), FewShotPool.EMPTY);
    }

    private static Answer.Text text(String text, int nearTie) {
        return new Answer.Text(text, Answer.Stop.STOP_STRING, Answer.Usage.NONE, nearTie);
    }

    @Test
    void agreesWithAFaithfulRecording() {
        ParityReport report = check(trivia(CONTEXT, " mars", "mars", 1, 1)).replay();
        assertThat(report.agrees()).isTrue();
        assertThat(report)
                .hasToString("triviaqa (canned): 1 documents, request 0/1 differ, text 0/1 differ,"
                        + " filtered 0/1 differ, metric 0/1 differ, result 0/1 differ");
    }

    @Test
    void noticesEveryKindOfDifference() {
        assertMismatch(trivia("Question: Which planet is red?\nAnswer:", " mars", "mars", 1, 1), Kind.REQUEST);
        assertMismatch(trivia(CONTEXT, " mars", " mars", 1, 1), Kind.FILTERED);
        assertMismatch(trivia(CONTEXT, " mars", "mars", 0, 1), Kind.METRIC);
        assertMismatch(trivia(CONTEXT, " mars", "mars", 1, 0.5), Kind.RESULT);
        ParityReport other = check(trivia(CONTEXT, " mars", "mars", 1, 1)).compare(request -> text(" Venus", -1));
        assertThat(other.mismatches(Kind.TEXT)).isEqualTo(1);
        assertThat(other.mismatches(Kind.METRIC)).isEqualTo(1);
        assertThat(other.first()).contains("document 0, text: from character 1 \" Venus\" instead of \" mars\"");
    }

    private static void assertMismatch(Path file, Kind kind) {
        ParityReport report = check(file).replay();
        assertThat(report.mismatches()).isEqualTo(Map.of(kind, 1));
        assertThat(report.agrees()).isFalse();
        assertThat(report.first()).hasSize(1);
    }

    @Test
    void listsATextThatTurnsOffAtANearTie() {
        ParityCheck check = check(trivia(CONTEXT, " mars", "mars", 1, 1));
        ParityReport tied = check.compare(request -> text(" Venus", 1));
        assertThat(tied.agrees()).isTrue();
        assertThat(tied.nearTies())
                .containsExactly("document 0, text: from character 1 \" Venus\" instead of \" mars\"");
        assertThat(check.compare(request -> text(" Venus", 2)).mismatches(Kind.TEXT))
                .as("it differs before the tie")
                .isEqualTo(1);
        assertThat(check.compare(request -> text(" mars", 1)).nearTies())
                .as("the tie went the same way")
                .isEmpty();
    }

    @Test
    void aFailedAnswerIsAMismatch() {
        ParityReport report = check(trivia(CONTEXT, " mars", "mars", 1, 1))
                .compare(request -> new Answer.Failed(Answer.Cause.NOT_FINITE, "The model's logits are not finite."));
        assertThat(report.mismatches(Kind.TEXT)).isEqualTo(1);
        assertThat(report.mismatches(Kind.RESULT)).isEqualTo(1);
    }

    /** NaN is recorded as such, and chosen: it is the largest for numpy's argmax. */
    @Test
    void comparesLogLikelihoodsWithinTheirTolerance() {
        ParityCheck check = check(
                write(
                        "piqa.canned.jsonl",
                        "{\"task\": \"piqa\", \"model\": \"canned\", \"num_fewshot\": 0, \"config\": {}, \"results\": {}}",
                        "{\"doc_id\": 0, \"doc\": {\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\", \"label\": 1}, \"arguments\":"
                                + " [[\"Question: g\\nAnswer:\", \" a\"], [\"Question: g\\nAnswer:\", \" b\"]], \"resps\":"
                                + " [[[-100.0, false]], [[NaN, false]]], \"filtered_resps\": [[-100.0, false], [NaN, false]],"
                                + " \"filter\": \"none\", \"metrics\": [\"acc\", \"acc_norm\"], \"acc\": 1.0, \"acc_norm\": 1.0}"));
        assertThat(check.replay().agrees()).isTrue();
        assertThat(check.compare(request -> scores(-100.0009, Double.NaN)).agrees())
                .isTrue();
        assertThat(check.compare(request -> scores(-100.0011, Double.NaN)).mismatches())
                .isEqualTo(Map.of(Kind.LOG_LIKELIHOOD, 1));
        assertThat(check.compare(request -> scores(-100, -1)).mismatches(Kind.LOG_LIKELIHOOD))
                .isEqualTo(1);
    }

    private static Answer.Scores scores(double... logLikelihoods) {
        return new Answer.Scores(
                java.util.Arrays.stream(logLikelihoods)
                        .mapToObj(value -> new Answer.Score(value, 1, 1, false))
                        .toList(),
                Answer.Usage.NONE);
    }

    @Test
    void saysWhatIsWrongWithARecording() {
        assertMistake(folder.resolve("none.jsonl"), "Cannot read the recorded run ");
        assertMistake(write("a.jsonl"), "The first line of ", "holds no task and config");
        assertMistake(write("b.jsonl", "{\"task\":"), "Line 1 of ", " is no JSON (");
        assertMistake(
                write("c.jsonl", Map.of("task", "winogrande", "config", Map.of())),
                "The lm-eval protocol has no task winogrande: ");
        assertMistake(
                write("d.jsonl", Map.of("task", "piqa", "config", Map.of()), Map.of("doc_id", 0)),
                "Line 2 of ",
                "a document of piqa lacks \"metrics\": record it with all fields");
    }

    private static void assertMistake(Path file, String... parts) {
        assertThatThrownBy(() -> Recording.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
    }
}
