package mhc.eval.score;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * TriviaQA's official exact match and F1, the best over the accepted answers.
 *
 * @see <a href="https://github.com/mandarjoshi90/triviaqa/blob/ca43b5820b10/evaluation/triviaqa_evaluation.py">
 *     mandarjoshi90/triviaqa@ca43b5820b10, evaluation/triviaqa_evaluation.py</a>
 */
public final class TriviaQaScorer {
    private static final Pattern ARTICLES = Pattern.compile(PythonText.BOUNDARY + "(?:a|an|the)" + PythonText.BOUNDARY);
    private static final String PUNCTUATION = PythonText.PUNCTUATION + "\u2018\u2019\u00b4`";

    private TriviaQaScorer() {}

    /** {@code normalize_answer}: lower case, punctuation as blanks, no articles or extra white space. */
    public static String normalize(String text) {
        String lowered = PythonText.lower(text.replace('_', ' '));
        StringBuilder blanked = new StringBuilder(lowered.length());
        for (int i = 0; i < lowered.length(); i++) {
            char character = lowered.charAt(i);
            blanked.append(PUNCTUATION.indexOf(character) < 0 ? character : ' ');
        }
        return PythonText.squeeze(ARTICLES.matcher(blanked).replaceAll(" "));
    }

    /** Whether the answer equals any of {@code golds} after normalisation. */
    public static boolean exactMatch(String predicted, List<String> golds) {
        String normalized = normalize(predicted);
        return golds.stream().anyMatch(gold -> normalize(gold).equals(normalized));
    }

    /** The largest token F1 against any of {@code golds}, 0 to 1. */
    public static double f1(String predicted, List<String> golds) {
        List<String> tokens = PythonText.split(normalize(predicted));
        return golds.stream()
                .mapToDouble(gold -> f1(tokens, PythonText.split(normalize(gold))))
                .max()
                .orElse(0);
    }

    private static double f1(List<String> predicted, List<String> gold) {
        Map<String, Integer> left = new HashMap<>();
        gold.forEach(token -> left.merge(token, 1, Integer::sum));
        double common = 0;
        for (String token : predicted) {
            if (left.merge(token, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        if (common == 0) {
            return 0;
        }
        double precision = common / predicted.size();
        double recall = common / gold.size();
        return 2 * precision * recall / (precision + recall);
    }
}
