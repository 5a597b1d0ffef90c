package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DropScorerTest {

    @ParameterizedTest
    @EnumSource
    void agreesWithTheOfficialMetrics(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "drop_em_f1"),
                vector -> new DropScorer.Score(
                        vector.at("/expected/em").doubleValue(),
                        vector.at("/expected/f1").doubleValue()),
                vector -> {
                    List<List<String>> golds = new ArrayList<>();
                    vector.get("golds").forEach(gold -> golds.add(Vectors.texts(gold)));
                    return DropScorer.best(Vectors.texts(vector.get("predicted")), golds);
                });
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheOfficialNormalisation(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "drop_normalize"),
                vector -> vector.get("expected_normalized").textValue(),
                vector -> DropScorer.normalize(vector.get("input").textValue()));
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheOfficialEvaluationOfAnnotations(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "drop_evaluate_json"),
                vector -> new DropScorer.Score(
                        vector.at("/expected/em").doubleValue(),
                        vector.at("/expected/f1").doubleValue()),
                DropScorerTest::meanOverQuestions);
    }

    private static DropScorer.Score meanOverQuestions(JsonNode vector) {
        List<DropScorer.Score> scores = new ArrayList<>();
        for (JsonNode passage : vector.get("annotations")) {
            for (JsonNode pair : passage.get("qa_pairs")) {
                List<List<String>> golds = new ArrayList<>();
                golds.add(spans(pair.get("answer")));
                pair.path("validated_answers").forEach(answer -> golds.add(spans(answer)));
                JsonNode predicted =
                        vector.get("predictions").get(pair.get("query_id").textValue());
                scores.add(
                        predicted == null
                                ? new DropScorer.Score(0, 0)
                                : DropScorer.best(Vectors.texts(predicted), golds));
            }
        }
        // In order, as numpy adds so few.
        double em = 0;
        double f1 = 0;
        for (DropScorer.Score score : scores) {
            em += score.exactMatch();
            f1 += score.f1();
        }
        return new DropScorer.Score(em / scores.size(), f1 / scores.size());
    }

    /** The official answer_json_to_strings. */
    private static List<String> spans(JsonNode answer) {
        if (!answer.path("number").asText().isEmpty()) {
            return List.of(answer.get("number").asText());
        }
        if (!answer.path("spans").isEmpty()) {
            return Vectors.texts(answer.get("spans"));
        }
        JsonNode date = answer.get("date");
        return List.of("%s %s %s"
                .formatted(
                        date.get("day").textValue(),
                        date.get("month").textValue(),
                        date.get("year").textValue()));
    }

    @ParameterizedTest
    @CsvSource({
        "10, 10.0",
        "'1,000', 1000",
        "1e3, 1000.0",
        "'$5', 5",
        "12%, 12",
        "The-Cat, cat",
        "'10\n\nPassage', '10 passage'",
        "nan, nan",
        "'', ''",
    })
    void normalizes(String text, String normalized) {
        // "1,000" is no float, so its comma goes after the test for a number has failed, and then it is one: official.
        String expected = normalized.matches("1000|5|12") ? normalized + ".0" : normalized;
        assertThat(DropScorer.normalize(text)).isEqualTo(expected);
    }

    @Test
    void anEmptyAnswerScoresNothingAgainstWords() {
        assertThat(DropScorer.best(List.of(""), List.of(List.of("cat")))).isEqualTo(new DropScorer.Score(0, 0));
    }

    @Test
    void blankGoldAnswersAreSkipped() {
        assertThat(DropScorer.best(List.of(""), List.of(List.of(" ")))).isEqualTo(new DropScorer.Score(0, 0));
        assertThat(DropScorer.best(List.of("x"), List.of(List.of(""), List.of("X"))))
                .isEqualTo(new DropScorer.Score(1, 1));
    }

    @Test
    void aGoldNumberMustBeFound() {
        assertThat(DropScorer.score(List.of("56 yards"), List.of("43 yards")).f1())
                .isZero();
        assertThat(DropScorer.score(List.of("43"), List.of("43 yards")).f1()).isEqualTo(0.67);
    }
}
