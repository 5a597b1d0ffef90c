package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChoicesTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @EnumSource
    void hellaSwagConventionsAgreeWithRecordedLogLikelihoods(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "hellaswag_loglik"),
                vector -> List.of(
                        vector.at("/expected/acc").intValue() == 1,
                        vector.at("/expected/acc_norm").intValue() == 1),
                vector -> List.of(
                        Choices.best(numbers(vector.get("loglik_sum")))
                                == vector.get("label").intValue(),
                        Choices.best(numbers(vector.get("loglik_mean_byte")))
                                == vector.get("label").intValue()));
    }

    @Test
    void tiesGoToTheFirstAsInRecordedUnitCases() {
        List<JsonNode> cases = new ArrayList<>();
        // The other kinds of this file pin another harness's own DROP and F1 code, which differs from the official one.
        Vectors.of(Vectors.Source.SHARED, "lighteval_metrics").stream()
                .filter(vector -> vector.get("metric").textValue().equals("loglikelihood_acc"))
                .forEach(cases::add);
        assertThat(cases).isNotEmpty();
        Vectors.agree(
                cases,
                vector -> vector.at("/expected/acc").intValue() == 1,
                vector -> Choices.best(numbers(vector.at("/response/logprobs")))
                        == vector.get("gold_index").intValue());
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).doubleValue();
        }
        return numbers;
    }

    @Test
    void onlyFiniteScoresCompete() {
        assertThat(Choices.best(new double[] {NAN, -3, -2, NAN})).isEqualTo(2);
        assertThat(Choices.best(new double[] {INFINITY, -3, -INFINITY})).isEqualTo(1);
        assertThat(Choices.best(new double[] {-1, -1})).isZero();
        assertThat(Choices.best(new double[] {NAN, NAN})).isEqualTo(-1);
        assertThat(Choices.best(new double[] {-INFINITY, -INFINITY})).isEqualTo(-1);
        assertThat(Choices.best(new double[0])).isEqualTo(-1);
    }

    @Test
    void lettersFollowTheAlphabet() {
        assertThat(Choices.letter(0)).isEqualTo("A");
        assertThat(Choices.letter(9)).isEqualTo("J");
        assertThat(Choices.isLetter("\u00a0B\n", "B")).isTrue();
        assertThat(Choices.isLetter("b", "B")).isFalse();
        assertThat(Choices.isLetter("", "A")).isFalse();
    }
}
