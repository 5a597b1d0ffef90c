package mhc.eval.lmeval;

import java.util.List;
import java.util.regex.Pattern;
import mhc.eval.score.PythonText;

/**
 * lm-eval's {@code exact_match} ({@code exact_match_hf_evaluate}), which works on numpy arrays of strings and inherits
 * their faults.
 *
 * @param ignored regular expressions whose matches are removed from both sides, in order
 */
record ExactMatch(List<Pattern> ignored, boolean ignoreCase, boolean ignorePunctuation) {
    /** Equality as it stands. */
    static final ExactMatch PLAIN = new ExactMatch(List.of(), false, false);

    ExactMatch {
        ignored = List.copyOf(ignored);
    }

    /** 1 when the prediction equals any reference, else 0. */
    double score(String prediction, List<String> references) {
        String ours = normalise(List.of(prediction)).get(0);
        return normalise(references).contains(ours) ? 1.0 : 0.0;
    }

    /** What is compared, of texts that stand in one array. */
    List<String> normalise(List<String> texts) {
        List<String> kept = texts;
        for (Pattern pattern : ignored) {
            kept = kept.stream()
                    .map(text -> withoutFinalNulls(pattern.matcher(text).replaceAll("")))
                    .toList();
        }
        kept = kept.stream().map(ExactMatch::withoutFinalNulls).toList();
        if (ignoreCase) {
            // Lower case can be longer (capital I with a dot is two code points); numpy cuts to the array's item size.
            int width = kept.stream()
                    .mapToInt(text -> text.codePointCount(0, text.length()))
                    .max()
                    .orElse(0);
            kept = kept.stream()
                    .map(text -> first(PythonText.lower(text), Math.max(width, 1)))
                    .toList();
        }
        return ignorePunctuation
                ? kept.stream()
                        .map(text -> withoutFinalNulls(PythonText.removePunctuation(text)))
                        .toList()
                : kept;
    }

    private static String first(String text, int codePoints) {
        return text.codePointCount(0, text.length()) <= codePoints
                ? text
                : text.substring(0, text.offsetByCodePoints(0, codePoints));
    }

    /** numpy pads strings with nulls, so that those at the end are lost. */
    private static String withoutFinalNulls(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == 0) {
            end--;
        }
        return text.substring(0, end);
    }
}
