package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected values are what CPython 3.11 prints for the same inputs. */
class PythonTextTest {

    @ParameterizedTest
    @CsvSource({
        "1_000, 1000.0",
        "1e5, 100000.0",
        "5., 5.0",
        ".5, 0.5",
        "+.5e-3, 0.0005",
        "1_0.0_1e1_0, 100100000000.0",
        "1e400, inf",
        "1e-400, 0.0",
        "-0, -0.0",
        "nan, nan",
        "-NaN, nan",
        "+inf, inf",
        "-Infinity, -inf",
        "\u0661\u0662, 12.0",
        "' 12\u2003', 12.0",
    })
    void takesTheNumbersThatPythonTakes(String text, String printed) {
        assertThat(PythonText.parseFloat(text)).isPresent();
        assertThat(PythonText.formatFloat(PythonText.parseFloat(text).getAsDouble()))
                .isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                ".",
                "e5",
                "1e",
                "1__0",
                "_1",
                "1_",
                "1._0",
                "0x1p3",
                "1d",
                "1f",
                "infinit",
                "1,000",
                "--1",
                "1 2",
                "\u00bd",
                "\u00b2",
                "\u001f1\u001f",
                "$5",
                "5%"
            })
    void refusesTheNumbersThatPythonRefuses(String text) {
        assertThat(PythonText.parseFloat(text)).isEqualTo(OptionalDouble.empty());
    }

    @Test
    void aNumberMayBeAsLongAsAnAnswer() {
        assertThat(PythonText.parseFloat("9".repeat(100_000))).hasValue(Double.POSITIVE_INFINITY);
        assertThat(PythonText.parseFloat("0." + "1".repeat(100_000) + "x")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10, 10.0",
        "0.1, 0.1",
        "1e15, 1000000000000000.0",
        "9999999999999998, 9999999999999998.0",
        "1e16, 1e+16",
        "1.5e16, 1.5e+16",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "1.25e-7, 1.25e-07",
        "2e-3, 0.002",
        "4.9e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "5.684341886080801486968994140625E-14, 5.684341886080802e-14",
        "2.0E-3, 0.002",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "123456.789, 123456.789",
        "-3, -3.0",
    })
    void printsTheShortestDigitsThatReadBack(double value, String printed) {
        assertThat(PythonText.formatFloat(value)).isEqualTo(printed);
        assertThat(PythonText.parseFloat(printed)).hasValue(value);
    }

    @ParameterizedTest
    @CsvSource({"0.125, 2, 0.12", "0.375, 2, 0.38", "0.285, 2, 0.28", "2.5, 0, 2.0", "-2.5, 0, -2.0", "1.005, 2, 1.0"})
    void roundsHalfToEvenOnTheExactValue(double value, int digits, double rounded) {
        assertThat(PythonText.round(value, digits)).isEqualTo(rounded);
    }

    @Test
    void splitsAndStripsOnUnicodeWhiteSpace() {
        String text = "\u00a0 a\u2003b\u001cc\u3000";
        assertThat(PythonText.split(text)).containsExactly("a", "b", "c");
        assertThat(PythonText.strip(text)).isEqualTo("a\u2003b\u001cc");
        assertThat(PythonText.stripLeft(text)).isEqualTo("a\u2003b\u001cc\u3000");
        assertThat(PythonText.stripRight(text)).isEqualTo("\u00a0 a\u2003b\u001cc");
        assertThat(PythonText.squeeze("\n a \t b ")).isEqualTo("a b");
        assertThat(PythonText.split("")).isEmpty();
        assertThat(PythonText.strip("\u200b"))
                .as("a zero-width space is no white space")
                .isEqualTo("\u200b");
    }

    @ParameterizedTest
    @CsvSource({
        "hELLO World, Hello world",
        "\u00dfA, Ssa",
        "\u01c6A, \u01c5a",
        "\ufb01X, Fix",
        "\u0149A, \u02bcNa",
        "\u0391\u03a3, \u0391\u03c2",
        "\u03a3A, \u03a3a",
        "'[header] HOW', '[header] how'",
        "'', ''",
    })
    void capitalizes(String text, String capitalized) {
        assertThat(PythonText.capitalize(text)).isEqualTo(capitalized);
    }

    @ParameterizedTest
    @CsvSource({
        "\u0391\u03a3 X, \u03b1\u03c2 x",
        "\u0391\u03a3-\u0391\u03a3, \u03b1\u03c2-\u03b1\u03c2",
        "\u0391\u03a3'S, \u03b1\u03c3's",
        "\u0391\u03a31\u0391, \u03b1\u03c21\u03b1",
        "\u03a3, \u03c3",
        "\u0130, i\u0307",
    })
    void lowersAFinalSigmaByItsNeighbours(String text, String lowered) {
        assertThat(PythonText.lower(text)).isEqualTo(lowered);
    }

    @Test
    void removesAsciiPunctuationOnly() {
        assertThat(PythonText.PUNCTUATION).hasSize(32);
        assertThat(PythonText.removePunctuation("a.b,\u2019c\u00bf $4 \ud835\udc65_!"))
                .isEqualTo("ab\u2019c\u00bf 4 \ud835\udc65");
    }

    @Test
    void knowsDigitsThatAreNotDecimal() {
        for (String digits : List.of("0123", "\u0663", "1\u00b2", "\u2460", "\ud801\udca0")) {
            assertThat(PythonText.isDigits(digits)).as(digits).isTrue();
        }
        for (String other : List.of("", "1.0", "-1", "\u00bd", "\u4e09", "a")) {
            assertThat(PythonText.isDigits(other)).as(other).isFalse();
        }
    }

    @Test
    void wordBoundariesAreThoseOfPython() {
        Pattern articles = Pattern.compile(PythonText.BOUNDARY + "(a|an|the)" + PythonText.BOUNDARY);
        // CPython: re.sub(r"\b(a|an|the)\b", "_", text)
        assertThat(articles.matcher("a \u00e9a the\u0301 \ud835\udc65a an-a \u00bda")
                        .replaceAll("#"))
                .isEqualTo("# \u00e9a #\u0301 \ud835\udc65a #-# \u00bda");
    }
}
