package mhc.eval.lmeval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import mhc.eval.score.PythonText;

/**
 * lm-eval's variant of the DROP score: one predicted span, words as sets, the best of all gold answers (0.4.13,
 * {@code lm_eval/tasks/drop/utils.py}).
 *
 * @param em 1 when the prediction is the gold answer's one span, else 0
 * @param f1 of the best aligned gold span, divided by the number of gold spans; two decimals
 */
record DropMatch(double em, double f1) {
    private static final Pattern ARTICLE = Pattern.compile(PythonText.BOUNDARY + "(?:a|an|the)" + PythonText.BOUNDARY);
    private static final Pattern WORD_BREAK = Pattern.compile("[ -]");

    /** The best of each score over the gold answers whose first span is not blank; zeros when there is none. */
    static DropMatch best(String prediction, List<List<String>> golds) {
        double em = 0;
        double f1 = 0;
        for (List<String> gold : golds) {
            if (!gold.isEmpty() && !PythonText.strip(gold.get(0)).isEmpty()) {
                DropMatch match = of(prediction, gold);
                em = Math.max(em, match.em());
                f1 = Math.max(f1, match.f1());
            }
        }
        return new DropMatch(em, f1);
    }

    private static DropMatch of(String prediction, List<String> gold) {
        String predicted = normalise(prediction);
        Set<String> predictedWords = new HashSet<>(PythonText.split(predicted));
        double best = 0;
        for (String span : gold) {
            Set<String> goldWords = new HashSet<>(PythonText.split(normalise(span)));
            if (numbersAgree(goldWords, predictedWords)) {
                best = Math.max(best, f1(predictedWords, goldWords));
            }
        }
        boolean same = gold.size() == 1 && normalise(gold.get(0)).equals(predicted);
        return new DropMatch(same ? 1 : 0, round(best / gold.size()));
    }

    /** numpy's rounding, unlike Python's, multiplies first: 0.165 becomes 0.16. */
    private static double round(double value) {
        return Math.rint(value * 100) / 100;
    }

    private static boolean numbersAgree(Set<String> gold, Set<String> predicted) {
        List<String> numbers = gold.stream().filter(PythonText::isFloat).toList();
        return numbers.isEmpty() || numbers.stream().anyMatch(predicted::contains);
    }

    private static double f1(Set<String> predicted, Set<String> gold) {
        double common = predicted.stream().filter(gold::contains).count();
        double precision = predicted.isEmpty() ? 1 : common / predicted.size();
        double recall = gold.isEmpty() ? 1 : common / gold.size();
        return precision == 0 && recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** Blanks and hyphens alone part words; numbers become Python floats, all else loses punctuation and articles. */
    static String normalise(String answer) {
        List<String> words = new ArrayList<>();
        for (String piece : WORD_BREAK.split(answer, -1)) {
            String word = PythonText.lower(piece);
            if (!PythonText.isFloat(word)) {
                word = PythonText.removePunctuation(word);
            }
            if (PythonText.isFloat(word)) {
                word = PythonText.formatFloat(PythonText.parseFloat(word).orElseThrow());
            }
            word = PythonText.squeeze(ARTICLE.matcher(word).replaceAll(" "));
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return String.join(" ", words);
    }
}
