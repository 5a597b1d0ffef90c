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

    /**
     * {@code is_correct}: whether a solution ends in the number of the worked {@code gold} solution.
     *
     * @throws IllegalArgumentException when the gold solution has no "#### N"
     */
    public static boolean isCorrect(String solution, String gold) {
        String expected = hashAnswer(gold)
                .orElseThrow(
                        () -> new IllegalArgumentException("A GSM8K gold solution has no line \"#### N\": " + gold));
        return hashAnswer(solution).filter(expected::equals).isPresent();
    }
}
