package mhc.eval.score;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GSM8K's official comparison of final numbers: as text, thousands commas removed.
 *
 * @see <a href="https://github.com/openai/grade-school-math/blob/3101c7d50724/grade_school_math/dataset.py">
 *     openai/grade-school-math@3101c7d50724, grade_school_math/dataset.py</a>
 */
public final class Gsm8kScorer {
    private static final Pattern HASHES = Pattern.compile("#### (-?[0-9.,]+)");

    private Gsm8kScorer() {}

    /** {@code extract_answer}: the first number after "#### ", without commas; empty where there is none. */
    public static Optional<String> hashAnswer(String text) {
        Matcher matcher = HASHES.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1).replace(",", "")) : Optional.empty();
    }
}
