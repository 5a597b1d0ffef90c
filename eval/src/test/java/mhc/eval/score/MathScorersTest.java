package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MATH by text. The recordings math_verify, math_inspect and math_qwen_grader are verdicts of symbolic graders, more
 * lenient than the official string rule, and are no oracle for it; helm_exact_match pins string metrics of another harness.
 */
class MathScorersTest {

    @ParameterizedTest
    @EnumSource
    void equivalenceAgreesWithTheOfficialOne(Vectors.Source source) {
        Vectors.agree(
                Vectors.of(source, "math_is_equiv"),
                vector -> vector.at("/expected/is_equiv").booleanValue(),
                vector -> MathEquivalence.isEquivalent(
                        vector.get("a").textValue(), vector.get("b").textValue()));
    }

    @Test
    void extractionAgreesWithTheRecordedAnswers() {
        Vectors.agree(
                Vectors.of(Vectors.Source.SHARED, "math_answer_extract"),
                vector -> List.of(
                        vector.at("/expected/boxed").textValue(),
                        vector.at("/expected/minerva_normalized").textValue()),
                vector -> {
                    String boxed = MathAnswer.lastBoxed(vector.get("solution").textValue())
                            .orElse("");
                    return List.of(boxed, MathAnswer.normalize(boxed));
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x = 0.5 | \\frac12 | true",
                "\\frac{3}4 | \\frac{3}{4} | false",
                "\\sqrt2 | \\sqrt{2} | true",
                "1/2 | \\frac{1}{2} | true",
                "01/2 | \\frac{1}{2} | false",
                "50\\% | 50 | true",
                "50% | 50 | false",
                "5 \\text{ cm} | 5 | true",
                "\\$5 | 5 | true",
                "-.5 | -0.5 | false",
                ".5 | 0.5 | true",
                "\ud835\udc65\ud835\udc66=3 | 3 | true",
                "xyz=3 | 3 | false",
            })
    void equivalenceByText(String a, String b, boolean equivalent) {
        assertThat(MathEquivalence.isEquivalent(a, b)).isEqualTo(equivalent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\frac", "3\\sqrt", "\\text{ a}\\text{ b}"})
    void whatTheOfficialFunctionCannotStripEqualsOnlyItself(String text) {
        assertThat(MathEquivalence.strip(text)).isEmpty();
        assertThat(MathEquivalence.isEquivalent(text, text)).isTrue();
        assertThat(MathEquivalence.isEquivalent(text, text + " ")).isFalse();
    }

    @Test
    void findsTheLastBoxedAnswer() {
        assertThat(MathAnswer.lastBoxed("\\boxed{1} then \\boxed{\\frac{1}{2}}."))
                .hasValue("\\frac{1}{2}");
        assertThat(MathAnswer.lastBoxed("\\fbox{7}")).hasValue("7");
        assertThat(MathAnswer.lastBoxed("it is $\\boxed 9$ or so")).hasValue("9");
        assertThat(MathAnswer.lastBoxed("\\boxed{1")).isEmpty();
        assertThat(MathAnswer.lastBoxed("\\boxed")).isEmpty();
        assertThat(MathAnswer.lastBoxed("")).isEmpty();
    }

    @Test
    void findsTheFinalAnswerWithOrWithoutItsClosingPhrase() {
        assertThat(MathAnswer.finalAnswer("x\nFinal Answer: The final answer is $24$. I hope it is correct."))
                .hasValue("$24$");
        assertThat(MathAnswer.finalAnswer("Final Answer: The final answer is $24$. "))
                .hasValue("$24$");
        assertThat(MathAnswer.finalAnswer("Final Answer: The final answer is $1\u0085$. "))
                .hasValue("$1\u0085$");
        assertThat(MathAnswer.finalAnswer("Final Answer: The final answer is $2\n4$. "))
                .isEmpty();
        assertThat(MathAnswer.finalAnswer("")).isEmpty();
    }
}
