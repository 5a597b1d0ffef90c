package mhc.eval.score;

/** Picking one of several options by log-likelihood, and comparing option letters. */
public final class Choices {
    private Choices() {}

    /**
     * Index of the largest finite score, the first of equals; -1 when no score is finite, so that a model whose numbers
     * overflowed is wrong rather than right by the order of the options.
     */
    public static int best(double[] scores) {
        int best = -1;
        for (int i = 0; i < scores.length; i++) {
            if (Double.isFinite(scores[i]) && (best < 0 || scores[i] > scores[best])) {
                best = i;
            }
        }
        return best;
    }

    /** Letter of an option: 0 is "A". */
    public static String letter(int index) {
        return Character.toString('A' + index);
    }

    /** Whether a generated answer, white space around it removed, is the gold letter. */
    public static boolean isLetter(String answer, String gold) {
        return PythonText.strip(answer).equals(gold);
    }
}
