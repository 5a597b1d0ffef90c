package mhc.eval.score;

/**
 * BIG-Bench Hard's exact match on the text after the last "the answer is ". The rule reproduces the published accuracies
 * of the outputs in suzgunmirac/BIG-Bench-Hard@9ee07bd481fe, {@code code-davinci-002-outputs}.
 */
public final class BbhScorer {
    private static final String LEAD_IN = "the answer is ";

    private BbhScorer() {}

    /** The text after the last "the answer is " (the whole text where there is none), less one final full stop. */
    public static String extract(String text) {
        int leadIn = text.lastIndexOf(LEAD_IN);
        String answer = leadIn < 0 ? text : text.substring(leadIn + LEAD_IN.length());
        return answer.endsWith(".") ? answer.substring(0, answer.length() - 1) : answer;
    }

    /** Whether the extracted answer is the target, character by character. */
    public static boolean exactMatch(String text, String target) {
        return extract(text).equals(target);
    }
}
