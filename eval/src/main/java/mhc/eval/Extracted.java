package mhc.eval;

/** What filters give where an answer holds nothing they look for; texts of lm-evaluation-harness. */
public final class Extracted {
    public static final String INVALID = "[invalid]";

    /** The same of its filter for MATH. */
    public static final String INVALID_ANSWER = "[invalidanswer]";

    private Extracted() {}

    /** Whether a value of {@link Outcome#extracted()} says that nothing was found. */
    public static boolean isNothing(String extracted) {
        return extracted.isBlank() || extracted.equals(INVALID) || extracted.equals(INVALID_ANSWER);
    }
}
