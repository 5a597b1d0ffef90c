package mhc.eval.lmeval;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Extracted;
import mhc.eval.lmeval.latex.Equality;
import mhc.eval.score.MathAnswer;
import mhc.eval.score.PythonText;

/**
 * Final answers of MATH as lm-eval 0.4.13 takes and compares them ({@code lm_eval/tasks/minerva_math/utils.py}): Minerva's
 * normal form with corrections of its own. Tables and order are part of the metric; none may change.
 */
final class MinervaAnswer {
    /** What an output without the closing sentence becomes. */
    static final String INVALID = Extracted.INVALID_ANSWER;

    private static final Pattern LOOSE_FINAL_ANSWER = Pattern.compile(
            "(?i:final answer is):?\\s*(.*?)\\.?\\s*(?:I hope it is correct.*|\\z|\\R)", Pattern.UNIX_LINES);

    private static final Pattern ALPHABETIC = Pattern.compile("[a-z]+");
    private static final Pattern UNIT_WORD = unitWord();
    private static final Pattern COMMAND = Pattern.compile("\\\\[a-zA-Z]+");
    private static final Pattern SHORT_INDEXED_ROOT =
            RegexFilter.compile("(sqrt\\[[^\\]]*\\])(" + PythonText.WORD + ")");
    private static final Pattern SHORT_ROOT = RegexFilter.compile("sqrt(?!\\[)([^{])");
    private static final Pattern THOUSANDS = Pattern.compile("-?\\p{Nd}{1,3}(,\\p{Nd}{3})+");

    private MinervaAnswer() {}

    private static Pattern unitWord() {
        String words = MathAnswer.REMOVED.stream().filter(MinervaAnswer::isUnit).collect(Collectors.joining("|"));
        return Pattern.compile("(?<!\\\\)" + PythonText.BOUNDARY + "(?:" + words + ")" + PythonText.BOUNDARY);
    }

    private static boolean isUnit(String removed) {
        return ALPHABETIC.matcher(removed).matches();
    }

    /** The normalised answer of a model's output. */
    static String official(String output) {
        return normalise(MathAnswer.finalAnswer(output).orElse(INVALID));
    }

    /** As {@link #official}, but the closing sentence may be missing, and a box will do. */
    static String robust(String output) {
        String found = null;
        for (Matcher matcher = LOOSE_FINAL_ANSWER.matcher(output); matcher.find(); ) {
            found = matcher.group(1);
        }
        if (found == null || found.isEmpty()) {
            found = MathAnswer.lastBoxed(output).orElse(INVALID);
        }
        return normalise(PythonText.strip(found));
    }

    /** The normalised answer in the last box of a gold solution. */
    static String ofSolution(Example.MathProblem problem) {
        return MathAnswer.lastBoxed(problem.solution())
                .map(MinervaAnswer::normalise)
                .orElseThrow(() -> new InputException("The solution of " + problem.id()
                        + " has no \\boxed{answer}: correct the data file or leave the problem out"));
    }

    /** {@code is_equiv}: the same text, or expressions whose difference simplifies to zero; two empty texts are not. */
    static boolean equivalent(String one, String other) {
        return (!one.isEmpty() && one.equals(other)) || Equality.holds(one, other);
    }

    /** The normal form: unit words go while blanks still part them, roots may have an index, commas must group thousands. */
    static String normalise(String answer) {
        String text = answer.substring(answer.lastIndexOf('=') + 1);
        text = MathAnswer.substituted(UNIT_WORD.matcher(text).replaceAll(""));
        for (String removed : MathAnswer.REMOVED) {
            text = isUnit(removed) ? outsideCommands(text, removed) : text.replace(removed, "");
        }
        text = MathAnswer.unwrapped(text);
        text = SHORT_INDEXED_ROOT.matcher(text).replaceAll("$1{$2}");
        text = SHORT_ROOT.matcher(text).replaceAll("sqrt{$1}").replace("$", "");
        return THOUSANDS.matcher(text).matches() ? text.replace(",", "") : text;
    }

    /** Removes a word wherever it stands, but not out of the name of a command ("ft" of {@code \left}). */
    private static String outsideCommands(String text, String word) {
        StringBuilder kept = new StringBuilder(text.length());
        int end = 0;
        for (Matcher command = COMMAND.matcher(text); command.find(); end = command.end()) {
            kept.append(text.substring(end, command.start()).replace(word, "")).append(command.group());
        }
        return kept.append(text.substring(end).replace(word, "")).toString();
    }
}
