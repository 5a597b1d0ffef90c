package mhc.eval.lmeval.latex;

/** @param text as written; of a command, without its backslash */
record Token(Kind kind, String text) {
    enum Kind {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        OPEN_PARENTHESIS,
        CLOSE_PARENTHESIS,
        OPEN_BRACE,
        CLOSE_BRACE,
        OPEN_SET,
        CLOSE_SET,
        OPEN_BRACKET,
        CLOSE_BRACKET,
        BAR,
        CARET,
        UNDERSCORE,
        BANG,
        COMMA,
        POINT,
        QUOTES,
        RELATION,
        DIGIT,
        LETTER,
        SYMBOL,
        /** A "d" with the letter or command behind it. */
        DIFFERENTIAL,
        FRACTION,
        BINOMIAL,
        ROOT,
        OVERLINE,
        MATH_ITALIC,
        FUNCTION,
        OPEN_FLOOR,
        CLOSE_FLOOR,
        OPEN_CEILING,
        CLOSE_CEILING,
        /** Opens what is never subtracted: integrals, sums, limits. */
        UNSUPPORTED,
        /** Known to the grammar, but no part of an expression read here: brackets of bras and kets, arrows. */
        OTHER,
        END
    }
}
