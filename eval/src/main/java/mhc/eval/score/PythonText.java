package mhc.eval.score;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text functions that behave as those of Python 3.11, in which every official scorer is written. Java's namesakes differ:
 * {@code Double.parseDouble} takes "1d" and refuses "1_000", {@code Double.toString} prints "1.0E16", {@code \s} and
 * {@code trim} are ASCII, and {@code \w} under {@code UNICODE_CHARACTER_CLASS} holds combining marks. All functions work on
 * Unicode code points.
 */
public final class PythonText {

    /** {@code string.punctuation}: the 32 ASCII punctuation characters. */
    public static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /**
     * Regular expression of Python's {@code \w}: letters, numbers of every kind and the underscore. The one letter beyond
     * the basic plane is named again because Java's look-behind steps back over surrogate pairs only when it sees such a
     * literal.
     */
    public static final String WORD = "[\\p{L}\\p{N}_\ud835\udc65]";

    /** Regular expression of Python's {@code \b}. */
    public static final String BOUNDARY = "(?:(?<=" + WORD + ")(?!" + WORD + ")|(?<!" + WORD + ")(?=" + WORD + "))";

    // Possessive: without going back, a number of any length needs no stack.
    private static final Pattern FLOAT = Pattern.compile("[+-]?(?:(?<digits>[0-9](?:_?[0-9])*+)?"
            + "(?:\\.(?<fraction>[0-9](?:_?[0-9])*+)?)?(?:[eE][+-]?[0-9](?:_?[0-9])*+)?|(?i:inf|infinity|nan))");

    private static final char SIGMA = '\u03a3';

    /** Word_Break=MidLetter, MidNumLet and Single_Quote: inside words, and so without influence on a final sigma. */
    private static final String CASE_IGNORABLE =
            "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

    private PythonText() {}

    /** {@code str.isspace} of one code point. */
    public static boolean isSpace(int codePoint) {
        return switch (codePoint) {
            case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default ->
                (codePoint >= 0x09 && codePoint <= 0x0D)
                        || (codePoint >= 0x1C && codePoint <= 0x1F)
                        || (codePoint >= 0x2000 && codePoint <= 0x200A);
        };
    }

    /** {@code str.strip()}. */
    public static String strip(String text) {
        return stripLeft(stripRight(text));
    }

    /** {@code str.lstrip()}. */
    public static String stripLeft(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    /** {@code str.rstrip()}. */
    public static String stripRight(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** {@code str.split()}: the runs of characters that are not white space; never an empty one. */
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || isSpace(text.charAt(i));
            if (space && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            } else if (!space && start < 0) {
                start = i;
            }
        }
        return words;
    }

    /** {@code " ".join(text.split())}. */
    public static String squeeze(String text) {
        return String.join(" ", split(text));
    }

    /** {@code str.lower()}. */
    public static String lower(String text) {
        if (text.indexOf(SIGMA) < 0) {
            return text.toLowerCase(Locale.ROOT);
        }
        // Java looks for the end of the word where Python looks at the neighbours alone.
        StringBuilder lowered = new StringBuilder(text.length());
        int start = 0;
        for (int i = text.indexOf(SIGMA); i >= 0; i = text.indexOf(SIGMA, start)) {
            lowered.append(text.substring(start, i).toLowerCase(Locale.ROOT));
            lowered.append(isCased(text, i, -1) && !isCased(text, i, 1) ? '\u03c2' : '\u03c3');
            start = i + 1;
        }
        return lowered.append(text.substring(start).toLowerCase(Locale.ROOT)).toString();
    }

    /** Whether the nearest character before or after {@code index} that case does not ignore has a case. */
    private static boolean isCased(String text, int index, int step) {
        int i = index + step;
        while (i >= 0 && i < text.length()) {
            int codePoint = step > 0 ? text.codePointAt(i) : text.codePointBefore(i + 1);
            if (!isCaseIgnorable(codePoint)) {
                return Character.isUpperCase(codePoint)
                        || Character.isLowerCase(codePoint)
                        || Character.isTitleCase(codePoint);
            }
            i += step * Character.charCount(codePoint);
        }
        return false;
    }

    private static boolean isCaseIgnorable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.FORMAT,
                    Character.MODIFIER_LETTER,
                    Character.MODIFIER_SYMBOL -> true;
            default -> CASE_IGNORABLE.indexOf(codePoint) >= 0;
        };
    }

    /** {@code str.capitalize()}: the first character in title case, all others in lower case. */
    public static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = text.offsetByCodePoints(0, 1);
        // Lower-casing the whole keeps the context that a final sigma needs; the first character is then replaced.
        String lowered = lower(text);
        return title(text.substring(0, end))
                + lowered.substring(lower(text.substring(0, end)).length());
    }

    private static String title(String character) {
        int codePoint = character.codePointAt(0);
        int title = Character.toTitleCase(codePoint);
        String upper = character.toUpperCase(Locale.ROOT);
        boolean titled = title != codePoint || Character.getType(codePoint) == Character.TITLECASE_LETTER;
        if (titled || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(title);
        }
        int first = upper.offsetByCodePoints(0, 1);
        boolean letters = Character.isLetter(upper.codePointAt(0))
                && Character.getType(upper.codePointAt(0)) != Character.MODIFIER_LETTER;
        // Lower-casing spells an iota subscript out; a title keeps it a combining mark.
        return letters
                ? upper.substring(0, first) + lower(upper.substring(first)).replace('\u03b9', '\u0345')
                : upper;
    }

    /** Without the characters of {@link #PUNCTUATION}. */
    public static String removePunctuation(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (PUNCTUATION.indexOf(text.charAt(i)) < 0) {
                kept.append(text.charAt(i));
            }
        }
        return kept.toString();
    }

    /** {@code str.isdigit()}: not empty, and every character a decimal digit or a special one such as a superscript. */
    public static boolean isDigits(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(PythonText::isDigit);
    }

    private static boolean isDigit(int codePoint) {
        if (Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER) {
            return true;
        }
        // Numeric_Type=Digit of the Unicode character database, which Java does not expose.
        return codePoint == 0xB2
                || codePoint == 0xB3
                || codePoint == 0xB9
                || within(codePoint, 0x1369, 0x1371)
                || codePoint == 0x19DA
                || codePoint == 0x2070
                || within(codePoint, 0x2074, 0x2079)
                || within(codePoint, 0x2080, 0x2089)
                || within(codePoint, 0x2460, 0x2468)
                || within(codePoint, 0x2474, 0x247C)
                || within(codePoint, 0x2488, 0x2490)
                || codePoint == 0x24EA
                || within(codePoint, 0x24F5, 0x24FD)
                || codePoint == 0x24FF
                || within(codePoint, 0x2776, 0x277E)
                || within(codePoint, 0x2780, 0x2788)
                || within(codePoint, 0x278A, 0x2792)
                || within(codePoint, 0x10A40, 0x10A43)
                || within(codePoint, 0x10E60, 0x10E68)
                || within(codePoint, 0x11052, 0x1105A)
                || within(codePoint, 0x1F100, 0x1F10A);
    }

    private static boolean within(int value, int low, int high) {
        return value >= low && value <= high;
    }

    /** Whether {@code float(text)} succeeds. */
    public static boolean isFloat(String text) {
        return parseFloat(text).isPresent();
    }

    /** {@code float(text)}, or empty where Python raises {@code ValueError}. */
    public static OptionalDouble parseFloat(String text) {
        Matcher matcher = FLOAT.matcher(asciiNumber(text));
        if (!matcher.matches()) {
            return OptionalDouble.empty();
        }
        String number = lower(matcher.group()).replace("_", "");
        String unsigned = number.startsWith("+") || number.startsWith("-") ? number.substring(1) : number;
        if (unsigned.equals("nan")) {
            return OptionalDouble.of(Double.NaN);
        }
        if (unsigned.startsWith("inf")) {
            return OptionalDouble.of(number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        if (matcher.group("digits") == null && matcher.group("fraction") == null) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Double.parseDouble(number));
    }

    /** Decimal digits of every script as ASCII ones, and no white space around (the separators 1C to 1F are none here). */
    private static String asciiNumber(String text) {
        StringBuilder ascii = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> {
            if (Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER) {
                ascii.append((char) ('0' + Character.digit(codePoint, 10)));
            } else {
                ascii.appendCodePoint(isSpace(codePoint) && !within(codePoint, 0x1C, 0x1F) ? ' ' : codePoint);
            }
        });
        int start = 0;
        int end = ascii.length();
        while (start < end && ascii.charAt(start) == ' ') {
            start++;
        }
        while (end > start && ascii.charAt(end - 1) == ' ') {
            end--;
        }
        return ascii.substring(start, end);
    }

    /** {@code str(value)} of a Python float: the shortest digits that read back as {@code value}, such as "10.0", "1e+16". */
    public static String formatFloat(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        if (point > 16 || point < -3) {
            int exponent = point - 1;
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return "%s%se%s%02d".formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = shortest.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    private static BigDecimal shortest(double positive) {
        BigDecimal exact = new BigDecimal(positive);
        for (int precision = 1; precision < 17; precision++) {
            BigDecimal best = null;
            // Above a power of two the two neighbours are not equally far: the nearest decimal may miss, the other hit.
            for (RoundingMode mode : List.of(RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP)) {
                BigDecimal candidate = exact.round(new MathContext(precision, mode));
                if (best == null && candidate.doubleValue() == positive) {
                    best = candidate;
                }
            }
            if (best != null) {
                return best;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    /** {@code round(value, digits)} of a Python float: half to even on the exact binary value. */
    public static double round(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return value;
        }
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    }
}
