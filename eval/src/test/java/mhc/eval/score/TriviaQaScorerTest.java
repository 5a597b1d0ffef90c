package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TriviaQaScorerTest {

    @ParameterizedTest
    @EnumSource
    void agreesWithTheOfficialNormalisation(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "triviaqa_normalize"),
                vector -> vector.get("expected_normalized").textValue(),
                vector -> TriviaQaScorer.normalize(vector.get("input").textValue()));
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheOfficialMetrics(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "triviaqa_em_f1"),
                vector -> List.of(
                        vector.at("/expected/exact_match").intValue() == 1,
                        vector.at("/expected/f1").doubleValue()),
                vector -> {
                    String predicted = vector.get("prediction").textValue();
                    List<String> golds = Vectors.texts(vector.get("golds"));
                    return List.of(TriviaQaScorer.exactMatch(predicted, golds), TriviaQaScorer.f1(predicted, golds));
                });
    }

    @Test
    void normalizesQuotesUnderscoresAndArticles() {
        assertThat(TriviaQaScorer.normalize("The_\u2018Beatles\u2019 - an  Anthology!"))
                .isEqualTo("beatles anthology");
        assertThat(TriviaQaScorer.normalize("")).isEmpty();
    }

    @Test
    void anAnswerWithoutWordsNeverScoresByF1() {
        assertThat(TriviaQaScorer.f1("", List.of("", "the"))).isZero();
        assertThat(TriviaQaScorer.exactMatch("x", List.of())).isFalse();
    }
}
