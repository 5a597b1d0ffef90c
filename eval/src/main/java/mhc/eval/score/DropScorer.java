package mhc.eval.score;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * DROP's official exact match and numeracy-focused F1.
 *
 * @see <a href="https://github.com/allenai/allennlp-models/blob/b1f372248c17/allennlp_models/rc/tools/drop.py">
 *     allenai/allennlp-models@b1f372248c17, rc/tools/drop.py</a>
 */
public final class DropScorer {
    private static final Pattern BLANK_OR_HYPHEN = Pattern.compile("[ -]");
    private static final Pattern ARTICLES = Pattern.compile(PythonText.BOUNDARY + "(?:a|an|the)" + PythonText.BOUNDARY);

    private DropScorer() {}

    /** Both metrics of one answer, each 0 to 1; F1 is rounded to two decimals as the official script rounds it. */
    public record Score(double exactMatch, double f1) {
        static final Score ZERO = new Score(0, 0);
    }

    /**
     * The best score over the gold answers, each metric for itself; gold answers whose first span is blank are skipped.
     *
     * @param predicted spans of the answer, at least one (it may be empty)
     * @param golds accepted answers, each with its spans
     */
    public static Score best(List<String> predicted, List<List<String>> golds) {
        Score best = Score.ZERO;
        for (List<String> gold : new LinkedHashSet<>(golds)) {
            if (!PythonText.strip(gold.get(0)).isEmpty()) {
                Score score = score(predicted, gold);
                best = new Score(Math.max(best.exactMatch, score.exactMatch), Math.max(best.f1, score.f1));
            }
        }
        return best;
    }

    /** {@code get_metrics}: one answer against one gold answer; both have at least one span. */
    public static Score score(List<String> predicted, List<String> gold) {
        List<String> predictedSpans =
                predicted.stream().map(DropScorer::normalize).toList();
        List<String> goldSpans = gold.stream().map(DropScorer::normalize).toList();
        boolean equal = predictedSpans.size() == goldSpans.size()
                && new HashSet<>(predictedSpans).equals(new HashSet<>(goldSpans));
        double f1 = mean(aligned(bags(goldSpans), bags(predictedSpans)));
        // The official value is a numpy float: numpy rounds by scaling, not on the exact value as Python does.
        return new Score(equal ? 1 : 0, Math.rint(f1 * 100) / 100);
    }

    /** {@code _normalize_answer}: lower case, numbers as floats, no punctuation, articles or extra white space. */
    public static String normalize(String text) {
        StringBuilder normalized = new StringBuilder();
        for (String token : BLANK_OR_HYPHEN.split(text, -1)) {
            String part = number(withoutPunctuation(PythonText.lower(token)));
            String words = PythonText.squeeze(ARTICLES.matcher(part).replaceAll(" "));
            if (!words.isEmpty()) {
                normalized.append(normalized.isEmpty() ? "" : " ").append(words);
            }
        }
        return normalized.toString();
    }

    private static String withoutPunctuation(String token) {
        return PythonText.isFloat(token) ? token : PythonText.removePunctuation(token);
    }

    private static String number(String token) {
        return PythonText.parseFloat(token).stream()
                .mapToObj(PythonText::formatFloat)
                .findFirst()
                .orElse(token);
    }

    private static List<Set<String>> bags(List<String> spans) {
        return spans.stream()
                .<Set<String>>map(span -> new HashSet<>(PythonText.split(span)))
                .toList();
    }

    /** {@code _align_bags}: F1 of each gold span under the best one-to-one alignment, padded to the longer side. */
    private static double[] aligned(List<Set<String>> golds, List<Set<String>> predicted) {
        double[][] scores = new double[golds.size()][predicted.size()];
        for (int i = 0; i < golds.size(); i++) {
            for (int j = 0; j < predicted.size(); j++) {
                if (numbersMatch(golds.get(i), predicted.get(j))) {
                    scores[i][j] = f1(predicted.get(j), golds.get(i));
                }
            }
        }
        int[] columns = Assignment.maximize(scores);
        double[] best = new double[Math.max(golds.size(), predicted.size())];
        for (int i = 0; i < columns.length; i++) {
            best[i] = columns[i] < 0 ? 0 : scores[i][columns[i]];
        }
        return best;
    }

    private static boolean numbersMatch(Set<String> gold, Set<String> predicted) {
        List<String> numbers = gold.stream().filter(PythonText::isFloat).toList();
        return numbers.isEmpty() || numbers.stream().anyMatch(predicted::contains);
    }

    private static double f1(Set<String> predicted, Set<String> gold) {
        double common = gold.stream().filter(predicted::contains).count();
        double precision = predicted.isEmpty() ? 1 : common / predicted.size();
        double recall = gold.isEmpty() ? 1 : common / gold.size();
        return precision == 0 && recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** {@code numpy.mean}, whose sum takes eight strides at a time: the order decides what lands on a rounding edge. */
    private static double mean(double[] values) {
        return pairwiseSum(values, 0, values.length) / values.length;
    }

    private static double pairwiseSum(double[] values, int start, int count) {
        if (count > 128) {
            int half = count / 2;
            half -= half % 8;
            return pairwiseSum(values, start, half) + pairwiseSum(values, start + half, count - half);
        }
        double[] strides = new double[8];
        int whole = count - count % 8;
        for (int i = 0; i < whole; i++) {
            strides[i % 8] += values[start + i];
        }
        double sum = ((strides[0] + strides[1]) + (strides[2] + strides[3]))
                + ((strides[4] + strides[5]) + (strides[6] + strides[7]));
        for (int i = whole; i < count; i++) {
            sum += values[start + i];
        }
        return sum;
    }
}
