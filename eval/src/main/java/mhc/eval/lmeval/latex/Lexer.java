package mhc.eval.lmeval.latex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mhc.eval.lmeval.latex.Token.Kind;

/**
 * Tokens on demand. What is no token fails only when the parser looks that far, so that a text may end in anything behind
 * its first complete expression, as it may for sympy.
 */
final class Lexer {
    private static final Set<String> SKIPPED = Set.of(
            "thinspace",
            "medspace",
            "thickspace",
            "quad",
            "qquad",
            "negthinspace",
            "negmedspace",
            "negthickspace",
            "left",
            "right",
            "vrule",
            "vcenter",
            "vbox",
            "vskip",
            "vspace",
            "hfil");
    private static final String SKIPPED_CHARACTERS = ",:;!*-./\"(=";
    private static final Map<String, Kind> COMMANDS = commands();

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int position;

    Lexer(String text) {
        this.text = text;
    }

    private static Map<String, Kind> commands() {
        Map<String, Kind> kinds = new HashMap<>();
        put(kinds, Kind.MULTIPLY, "times", "cdot");
        put(kinds, Kind.DIVIDE, "div");
        put(kinds, Kind.FRACTION, "frac", "dfrac", "tfrac");
        put(kinds, Kind.BINOMIAL, "binom", "dbinom", "tbinom");
        put(kinds, Kind.ROOT, "sqrt");
        put(kinds, Kind.OVERLINE, "overline");
        put(kinds, Kind.MATH_ITALIC, "mathit");
        put(kinds, Kind.OPEN_FLOOR, "lfloor");
        put(kinds, Kind.CLOSE_FLOOR, "rfloor");
        put(kinds, Kind.OPEN_CEILING, "lceil");
        put(kinds, Kind.CLOSE_CEILING, "rceil");
        put(kinds, Kind.RELATION, "neq", "leq", "le", "leqq", "leqslant", "geq", "ge", "geqq", "geqslant");
        put(kinds, Kind.FUNCTION, "exp", "log", "lg", "ln", "sin", "cos", "tan", "csc", "sec", "cot");
        put(kinds, Kind.FUNCTION, "arcsin", "arccos", "arctan", "arccsc", "arcsec", "arccot");
        put(kinds, Kind.FUNCTION, "sinh", "cosh", "tanh", "arsinh", "arcosh", "artanh");
        put(kinds, Kind.UNSUPPORTED, "lim", "int", "sum", "prod");
        put(kinds, Kind.OTHER, "langle", "rangle");
        put(kinds, Kind.OTHER, "to", "rightarrow", "Rightarrow", "longrightarrow", "Longrightarrow");
        return Map.copyOf(kinds);
    }

    private static void put(Map<String, Kind> kinds, Kind kind, String... names) {
        for (String name : names) {
            kinds.put(name, kind);
        }
    }

    /** The token at {@code index}; past the last one, {@link Kind#END}. */
    Token at(int index) throws LatexException {
        while (tokens.size() <= index) {
            tokens.add(next());
        }
        return tokens.get(index);
    }

    private Token next() throws LatexException {
        while (position < text.length()) {
            char c = text.charAt(position);
            Token token = c == '\\' ? command() : isBlank(c) ? blank() : character(c);
            if (token != null) {
                return token;
            }
        }
        return new Token(Kind.END, "");
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private Token blank() {
        position++;
        return null;
    }

    /** The command at the backslash, or null when it only makes space. */
    private Token command() throws LatexException {
        int end = letters(position + 1);
        String name = text.substring(position + 1, end);
        if (name.isEmpty()) {
            return escaped();
        }
        position = end;
        if ((name.equals("left") || name.equals("right")) && text.startsWith("|", end)) {
            position++;
            return new Token(Kind.OTHER, name + "|");
        }
        return SKIPPED.contains(name) ? null : new Token(COMMANDS.getOrDefault(name, Kind.SYMBOL), name);
    }

    private int letters(int from) {
        int end = from;
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private Token escaped() throws LatexException {
        String character = position + 1 < text.length() ? text.substring(position + 1, position + 2) : "";
        position += 2;
        if (character.equals("{")) {
            return new Token(Kind.OPEN_SET, character);
        }
        if (character.equals("}")) {
            return new Token(Kind.CLOSE_SET, character);
        }
        if (!character.isEmpty() && SKIPPED_CHARACTERS.contains(character)) {
            return null;
        }
        throw new UnreadableException("no token: \\" + character);
    }

    private Token character(char c) throws LatexException {
        int start = position++;
        if (c >= '0' && c <= '9') {
            return new Token(Kind.DIGIT, text.substring(start, position));
        }
        if (isLetter(c)) {
            return c == 'd' ? differential(start) : new Token(Kind.LETTER, text.substring(start, position));
        }
        if (c == '\'') {
            while (position < text.length() && text.charAt(position) == '\'') {
                position++;
            }
            return new Token(Kind.QUOTES, text.substring(start, position));
        }
        if (c == '&' || c == '=') {
            return aligned(c);
        }
        return new Token(punctuation(c), text.substring(start, position));
    }

    private Token differential(int start) {
        int next = afterBlanks(position);
        boolean command = next + 1 < text.length() && text.charAt(next) == '\\' && isLetter(text.charAt(next + 1));
        if (command) {
            position = letters(next + 1);
        } else if (next < text.length() && isLetter(text.charAt(next))) {
            position = next + 1;
        } else {
            return new Token(Kind.LETTER, "d");
        }
        return new Token(Kind.DIFFERENTIAL, text.substring(start, start + 1) + text.substring(next, position));
    }

    private int afterBlanks(int from) {
        int next = from;
        while (next < text.length() && isBlank(text.charAt(next))) {
            next++;
        }
        return next;
    }

    /** An equals sign with an alignment mark on either side, or without. */
    private Token aligned(char first) throws LatexException {
        int next = afterBlanks(position);
        char partner = first == '&' ? '=' : '&';
        if (next < text.length() && text.charAt(next) == partner) {
            position = next + 1;
        } else if (first == '&') {
            throw new UnreadableException("no token: &");
        }
        return new Token(Kind.RELATION, "=");
    }

    private static Kind punctuation(char c) throws LatexException {
        return switch (c) {
            case '+' -> Kind.ADD;
            case '-' -> Kind.SUBTRACT;
            case '*' -> Kind.MULTIPLY;
            case '/', ':' -> Kind.DIVIDE;
            case '(' -> Kind.OPEN_PARENTHESIS;
            case ')' -> Kind.CLOSE_PARENTHESIS;
            case '{' -> Kind.OPEN_BRACE;
            case '}' -> Kind.CLOSE_BRACE;
            case '[' -> Kind.OPEN_BRACKET;
            case ']' -> Kind.CLOSE_BRACKET;
            case '|' -> Kind.BAR;
            case '^' -> Kind.CARET;
            case '_' -> Kind.UNDERSCORE;
            case '!' -> Kind.BANG;
            case ',' -> Kind.COMMA;
            case '.' -> Kind.POINT;
            case '<', '>' -> Kind.RELATION;
            default -> throw new UnreadableException("no token: " + c);
        };
    }
}
