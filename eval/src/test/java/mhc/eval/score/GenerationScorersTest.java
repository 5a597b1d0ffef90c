package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** BBH, GSM8K and MMLU letters against recorded model outputs. */
class GenerationScorersTest {

    @ParameterizedTest
    @EnumSource
    void bbhAgreesWithTheRecordedExtractionsAndVerdicts(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "bbh_exact_match"),
                vector -> List.of(
                        vector.get("expected_extracted").textValue(),
                        vector.at("/expected/exact_match").intValue() == 1),
                vector -> {
                    String text = vector.get("prediction").textValue();
                    return List.of(
                            BbhScorer.extract(text),
                            BbhScorer.exactMatch(text, vector.get("target").textValue()));
                });
    }

    @Test
    void bbhGivesThePublishedAccuracyOfEveryTask() {
        Map<String, int[]> correctAndAll = new TreeMap<>();
        for (JsonNode vector : Vectors.of(Vectors.Source.SHARED, "bbh_exact_match")) {
            int[] counts = correctAndAll.computeIfAbsent(taskAndMode(vector), key -> new int[2]);
            counts[0] += BbhScorer.exactMatch(
                            vector.get("prediction").textValue(),
                            vector.get("target").textValue())
                    ? 1
                    : 0;
            counts[1]++;
        }
        List<JsonNode> published = Vectors.of(Vectors.Source.SHARED, "bbh_task_accuracy").stream()
                .filter(vector -> correctAndAll.containsKey(taskAndMode(vector)))
                .toList();
        assertThat(published).isNotEmpty();
        for (JsonNode vector : published) {
            int[] counts = correctAndAll.get(taskAndMode(vector));
            assertThat(counts[1]).isEqualTo(vector.get("items").intValue());
            assertThat(Math.rint(1e8 * counts[0] / counts[1]) / 1e6)
                    .as(taskAndMode(vector))
                    .isEqualTo(vector.at("/expected/accuracy").doubleValue());
        }
    }

    private static String taskAndMode(JsonNode vector) {
        return vector.get("task").textValue() + " " + vector.get("mode").textValue();
    }

    @ParameterizedTest
    @EnumSource
    void gsm8kAgreesWithTheOfficialVerdicts(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "gsm8k_is_correct"),
                vector -> vector.at("/expected/is_correct").booleanValue(),
                // These models were trained to end in a line "A: N" where the data set has "#### N".
                vector -> Gsm8kScorer.hashAnswer(
                                vector.get("prediction").textValue().replaceAll("(?m)^A: ", "#### "))
                        .equals(Gsm8kScorer.hashAnswer(
                                "#### " + vector.get("gold").textValue())));
    }

    @Test
    void gsm8kTakesTheFirstNumberBehindHashes() {
        assertThat(Gsm8kScorer.hashAnswer("so 6 + 1 = 7\n#### -1,234.5\n#### 8"))
                .hasValue("-1234.5");
        assertThat(Gsm8kScorer.hashAnswer("the answer is 7")).isEmpty();
    }

    @Test
    void bbhTakesTheLastAnswerLessOneFullStop() {
        assertThat(BbhScorer.extract("the answer is no. So the answer is (B).")).isEqualTo("(B)");
        assertThat(BbhScorer.extract("the answer is ...")).isEqualTo("..");
        assertThat(BbhScorer.extract("yes.")).isEqualTo("yes");
        assertThat(BbhScorer.extract("")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void mmluAgreesWithTheRecordedVerdicts(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "mmlu_letter"),
                vector -> vector.at("/expected/exact_match").intValue() == 1,
                vector -> Choices.isLetter(
                        vector.get("prediction").textValue(), vector.get("gold").textValue()));
    }
}
