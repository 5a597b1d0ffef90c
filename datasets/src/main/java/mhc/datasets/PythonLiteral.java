package mhc.datasets;

import java.util.ArrayList;
import java.util.List;

/**
 * Python's written form of a list of strings, as {@code repr} prints it: {@code ['a', "b's", 'c\xe9']}. Strings may
 * stand in single or double quotes; escapes follow the Python language reference, section "String literals".
 */
final class PythonLiteral {
    private final String text;
    private int at;

    private PythonLiteral(String text) {
        this.text = text;
    }

    /**
     * The strings of a list, in order.
     *
     * @throws IllegalArgumentException when the text is anything else; the message tells the place
     */
    static List<String> strings(String text) {
        PythonLiteral literal = new PythonLiteral(text);
        List<String> strings = literal.list();
        literal.skipBlanks();
        if (literal.at < text.length()) {
            throw literal.broken("nothing after the list");
        }
        return strings;
    }

    private List<String> list() {
        List<String> strings = new ArrayList<>();
        skipBlanks();
        expect('[', "'['");
        skipBlanks();
        while (peek() != ']') {
            strings.add(string());
            skipBlanks();
            if (peek() == ',') {
                at++;
                skipBlanks();
            } else if (peek() != ']') {
                throw broken("',' or ']'");
            }
        }
        at++;
        return strings;
    }

    private String string() {
        char quote = peek();
        if (quote != '\'' && quote != '"') {
            throw broken("a quoted string");
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (peek() != quote) {
            char c = next();
            if (c == '\\') {
                escape(value);
            } else {
                value.append(c);
            }
        }
        at++;
        return value.toString();
    }

    private void escape(StringBuilder value) {
        char c = next();
        switch (c) {
            case '\n' -> {} // a backslash before the end of a line joins the two lines
            case '\\', '\'', '"' -> value.append(c);
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case 'x' -> value.appendCodePoint(hex(2));
            case 'u' -> value.appendCodePoint(hex(4));
            case 'U' -> value.appendCodePoint(hex(8));
            case '0', '1', '2', '3', '4', '5', '6', '7' -> value.append(octal(c));
            default -> value.append('\\').append(c); // unknown escapes stay as they stand
        }
    }

    private int hex(int digits) {
        if (at + digits > text.length()) {
            throw broken(digits + " hexadecimal digits");
        }
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(text.charAt(at + i), 16);
            if (digit < 0) {
                throw broken(digits + " hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw broken("a Unicode code point");
        }
        at += digits;
        return value;
    }

    private char octal(char first) {
        int value = first - '0';
        for (int more = 0; more < 2 && peek() >= '0' && peek() <= '7'; more++) {
            value = value * 8 + next() - '0';
        }
        return (char) value;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private void expect(char wanted, String name) {
        if (peek() != wanted) {
            throw broken(name);
        }
        at++;
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private char peek() {
        if (at >= text.length()) {
            throw broken("more: the list ends early");
        }
        return text.charAt(at);
    }

    private IllegalArgumentException broken(String wanted) {
        return new IllegalArgumentException("expected %s at character %d".formatted(wanted, at + 1));
    }
}
