package mhc.eval.score;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Final answers of competition mathematics: where they stand in a solution, and Minerva's normal form of them.
 *
 * @see <a href="https://github.com/hendrycks/math/blob/985bdc1696e8/modeling/dataset/util.py">
 *     hendrycks/math@985bdc1696e8, last_boxed_only_string</a>
 * @see <a href="https://arxiv.org/abs/2206.14858">Lewkowycz et al. 2022, appendix D (normalize_final_answer)</a>
 */
public final class MathAnswer {
    private static final String END = "I hope it is correct.";
    // Python's "." stops at a line feed only, Java's at five characters unless UNIX_LINES is set.
    private static final Pattern FINAL_ANSWER =
            Pattern.compile("Final Answer: The final answer is(.*?). I hope it is correct.", Pattern.UNIX_LINES);

    private static final List<Map.Entry<String, String>> SUBSTITUTIONS = List.of(
            Map.entry("an ", ""),
            Map.entry("a ", ""),
            Map.entry(".$", "$"),
            Map.entry("\\$", ""),
            Map.entry("\\ ", ""),
            Map.entry(" ", ""),
            Map.entry("mbox", "text"),
            Map.entry(",\\text{and}", ","),
            Map.entry("\\text{and}", ","),
            Map.entry("\\text{m}", "\\text{}"));

    /** Units, words and markup that are no part of an answer, in the order in which they are removed. */
    public static final List<String> REMOVED = List.of(
            "square",
            "ways",
            "integers",
            "dollars",
            "mph",
            "inches",
            "ft",
            "hours",
            "km",
            "units",
            "\\ldots",
            "sue",
            "points",
            "feet",
            "minutes",
            "digits",
            "cents",
            "degrees",
            "cm",
            "gm",
            "pounds",
            "meters",
            "meals",
            "edges",
            "students",
            "childrentickets",
            "multiples",
            "\\text{s}",
            "\\text{.}",
            "\\text{\ns}",
            "\\text{}^2",
            "\\text{}^3",
            "\\text{\n}",
            "\\text{}",
            "\\mathrm{th}",
            "^\\circ",
            "^{\\circ}",
            "\\;",
            ",\\!",
            "{,}",
            "\"",
            "\\dots");

    private static final Pattern INLINE_MATH = Pattern.compile("(.*?)(\\$)(.*?)(\\$)(.*)", Pattern.UNIX_LINES);
    private static final List<Pattern> WRAPPERS = List.of(
            Pattern.compile("(\\\\text\\{)(.*?)(\\})", Pattern.UNIX_LINES),
            Pattern.compile("(\\\\textbf\\{)(.*?)(\\})", Pattern.UNIX_LINES),
            Pattern.compile("(\\\\overline\\{)(.*?)(\\})", Pattern.UNIX_LINES),
            Pattern.compile("(\\\\boxed\\{)(.*)(\\})", Pattern.UNIX_LINES));
    private static final Pattern FRAC = Pattern.compile("(frac)([^{])(.)", Pattern.UNIX_LINES);
    private static final Pattern SQRT = Pattern.compile("(sqrt)([^{])");

    private MathAnswer() {}

    /**
     * Content of the last {@code \boxed{...}} (else of the last {@code \fbox{...}}) with balanced braces. Where a solution
     * has {@code \boxed } followed by a blank, it is the text from there to the next dollar sign, as Minerva reads it.
     */
    public static Optional<String> lastBoxed(String text) {
        int blank = text.lastIndexOf("\\boxed ");
        if (blank >= 0) {
            String rest = text.substring(blank + "\\boxed ".length());
            return Optional.of(rest.substring(0, rest.indexOf('$') < 0 ? rest.length() : rest.indexOf('$')));
        }
        int boxed = text.lastIndexOf("\\boxed");
        int start = boxed >= 0 ? boxed : text.lastIndexOf("\\fbox");
        int open = start < 0 ? -1 : start + (boxed >= 0 ? "\\boxed" : "\\fbox").length();
        if (open < 0 || open >= text.length() || text.charAt(open) != '{') {
            return Optional.empty();
        }
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return Optional.of(text.substring(open + 1, i));
            }
        }
        return Optional.empty();
    }

    /**
     * What stands in the first "Final Answer: The final answer is ... . I hope it is correct."; the closing phrase may be
     * missing at the end of the text.
     */
    public static Optional<String> finalAnswer(String text) {
        Matcher matcher = FINAL_ANSWER.matcher(text + END);
        return matcher.find() ? Optional.of(PythonText.strip(matcher.group(1))) : Optional.empty();
    }

    /** Minerva's normal form: what follows the last "=", units and words removed, shorthand TeX spelt out. */
    public static String normalize(String answer) {
        String text = substituted(answer.substring(answer.lastIndexOf('=') + 1));
        for (String removed : REMOVED) {
            text = text.replace(removed, "");
        }
        text = SQRT.matcher(unwrapped(text)).replaceAll("sqrt{$2}").replace("$", "");
        String digits = text.replace(",", "");
        return PythonText.isDigits(digits) ? digits : text;
    }

    /** The first part of the normal form: articles, blanks and some markup replaced. */
    public static String substituted(String answer) {
        String text = answer;
        for (Map.Entry<String, String> substitution : SUBSTITUTIONS) {
            text = text.replace(substitution.getKey(), substitution.getValue());
        }
        return text;
    }

    /** The third part of it: the inside of dollar signs, text, bold, overline and box; "\fracab" with its braces. */
    public static String unwrapped(String answer) {
        String text = INLINE_MATH.matcher(answer).replaceAll("\\$$3\\$");
        for (Pattern wrapper : WRAPPERS) {
            text = wrapper.matcher(text).replaceAll("$2");
        }
        return FRAC.matcher(text).replaceAll("frac{$2}{$3}");
    }
}
