package mhc.jobs.plan;

/**
 * How many tokens a text has, about, whatever the tokenizer: for scheduling only. Byte-pair vocabularies of a hundred
 * thousand entries hold most words with the blank before them, and numbers in groups of three digits. Plans are made of
 * this estimate rather than of a checkpoint's tokenizer so that all models of a run, and of later runs on the same data,
 * share one plan; it takes a hundredth of the time, too.
 */
final class TextTokens {
    private static final int LETTERS = 8;
    private static final int DIGITS = 3;

    /** Scripts from here on have about a token per character. */
    private static final int IDEOGRAPHS = 0x2E80;

    private TextTokens() {}

    /** Kinds of characters; a token holds one kind, blanks before it aside. */
    private enum Kind {
        LETTER,
        DIGIT,
        BREAK,
        MARK,
        BLANK
    }

    static int in(String text) {
        return in(text, 0, text.length());
    }

    /** Of the characters {@code from} (inclusive) {@code to} (exclusive). */
    static int in(String text, int from, int to) {
        int tokens = 0;
        int run = 0;
        Kind before = Kind.BLANK;
        for (int i = from; i < to; i++) {
            char character = text.charAt(i);
            Kind kind = kind(character);
            run = kind == before ? run + 1 : 1;
            before = kind;
            tokens += switch (kind) {
                case LETTER -> character >= IDEOGRAPHS || run % LETTERS == 1 ? 1 : 0;
                case DIGIT -> run % DIGITS == 1 ? 1 : 0;
                case BREAK -> run == 1 ? 1 : 0;
                case MARK -> 1;
                case BLANK -> 0;
            };
        }
        return tokens;
    }

    private static Kind kind(char character) {
        if (character == ' ') {
            return Kind.BLANK;
        }
        if (character >= 'a' && character <= 'z' || Character.isLetter(character)) {
            return Kind.LETTER;
        }
        if (Character.isDigit(character)) {
            return Kind.DIGIT;
        }
        return Character.isWhitespace(character) ? Kind.BREAK : Kind.MARK;
    }
}
