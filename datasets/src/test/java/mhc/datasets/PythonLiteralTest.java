package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values: what Python's {@code ast.literal_eval} gives. */
class PythonLiteralTest {
    @Test
    void bothKindsOfQuotes() {
        assertThat(PythonLiteral.strings("['a', \"b's\", 'say \"x\"', '']"))
                .containsExactly("a", "b's", "say \"x\"", "");
        assertThat(PythonLiteral.strings(" [ 'a' , ] ")).containsExactly("a");
        assertThat(PythonLiteral.strings("[]")).isEmpty();
    }

    @Test
    void escapes() {
        assertThat(PythonLiteral.strings(
                        "['it\\'s', '\\\\', '\\n\\t\\r', '\\x83\\xe9', '\\u2019', '\\U0001f681', '\\101\\0', '\\d']"))
                .containsExactly("it's", "\\", "\n\t\r", "\u0083é", "’", "\uD83D\uDE81", "A\0", "\\d");
        assertThat(PythonLiteral.strings("['\uD83D\uDE81 🚁']")).containsExactly("🚁 🚁");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`['a', 'b`,       `expected more: the list ends early at character 9`",
                "`['a' 'b']`,      `expected ',' or ']' at character 6`",
                "`'a'`,            `expected '[' at character 1`",
                "`['a'] x`,        `expected nothing after the list at character 7`",
                "`[1]`,            `expected a quoted string at character 2`",
                "`['\\xz1']`,      `expected 2 hexadecimal digits at character 5`",
                "`['\\U00ffffff']`, `expected a Unicode code point at character 5`",
            })
    void anythingElseIsRefused(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PythonLiteral.strings(text))
                .withMessage(message);
    }
}
