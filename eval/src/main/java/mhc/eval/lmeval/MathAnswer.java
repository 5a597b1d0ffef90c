package mhc.eval.lmeval;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.score.PythonText;

/**
 * Final answers of MATH solutions: where they stand, and the normal form of Minerva's appendix D (Lewkowycz et al. 2022,
 * arXiv 2206.14858) as lm-eval 0.4.13 applies it. Tables and order are part of the metric; none may change.
 */
final class MathAnswer {
    /** What an output without the closing sentence becomes. */
    static final String INVALID = "[invalidanswer]";

    private static final String CLOSING = "I hope it is correct.";
    private static final Pattern FINAL_ANSWER =
            RegexFilter.compile("Final Answer: The final answer is(.*?). I hope it is correct.");
    private static final Pattern LOOSE_FINAL_ANSWER = Pattern.compile(
            "(?i:final answer is):?\\s*(.*?)\\.?\\s*(?:I hope it is correct.*|\\z|\\R)", Pattern.UNIX_LINES);

    private static final List<String[]> SUBSTITUTIONS = List.of(
            new String[] {"an ", ""},
            new String[] {"a ", ""},
            new String[] {".$", "$"},
            new String[] {"\\$", ""},
            new String[] {"\\ ", ""},
            new String[] {" ", ""},
            new String[] {"mbox", "text"},
            new String[] {",\\text{and}", ","},
            new String[] {"\\text{and}", ","},
            new String[] {"\\text{m}", "\\text{}"});

    private static final List<String> UNITS =
            List.of("square", "ways", "integers", "dollars", "mph", "inches", "ft", "hours", "km", "units");
    private static final List<String> MORE_UNITS = List.of(
            "sue",
            "points",
            "feet",
            "minutes",
            "digits",
            "cents",
            "degrees",
            "cm",
            "gm",
            "pounds",
            "meters",
            "meals",
            "edges",
            "students",
            "childrentickets",
            "multiples");
    private static final List<String> MARKUP = List.of(
            "\\text{s}",
            "\\text{.}",
            "\\text{\ns}",
            "\\text{}^2",
            "\\text{}^3",
            "\\text{\n}",
            "\\text{}",
            "\\mathrm{th}",
            "^\\circ",
            "^{\\circ}",
            "\\;",
            ",\\!",
            "{,}",
            "\"",
            "\\dots");

    private static final Pattern UNIT_WORD = unitWord();
    private static final Pattern COMMAND = Pattern.compile("\\\\[a-zA-Z]+");
    private static final Pattern MATH = RegexFilter.compile(".*?\\$(.*?)\\$.*");
    private static final Pattern TEXT = RegexFilter.compile("\\\\text\\{(.*?)\\}");
    private static final Pattern BOLD = RegexFilter.compile("\\\\textbf\\{(.*?)\\}");
    private static final Pattern OVERLINE = RegexFilter.compile("\\\\overline\\{(.*?)\\}");
    private static final Pattern BOXED = RegexFilter.compile("\\\\boxed\\{(.*)\\}");
    private static final Pattern SHORT_FRACTION = RegexFilter.compile("frac([^{])(.)");
    private static final Pattern SHORT_INDEXED_ROOT =
            RegexFilter.compile("(sqrt\\[[^\\]]*\\])(" + PythonText.WORD + ")");
    private static final Pattern SHORT_ROOT = RegexFilter.compile("sqrt(?!\\[)([^{])");
    private static final Pattern THOUSANDS = Pattern.compile("-?\\p{Nd}{1,3}(,\\p{Nd}{3})+");

    private MathAnswer() {}

    private static Pattern unitWord() {
        String words = Stream.concat(UNITS.stream(), MORE_UNITS.stream()).collect(Collectors.joining("|"));
        return Pattern.compile("(?<!\\\\)" + PythonText.BOUNDARY + "(?:" + words + ")" + PythonText.BOUNDARY);
    }

    /** The normalised answer of a model's output. */
    static String official(String output) {
        Matcher matcher = FINAL_ANSWER.matcher(output + CLOSING);
        return normalise(matcher.find() ? PythonText.strip(matcher.group(1)) : INVALID);
    }

    /** As {@link #official}, but the closing sentence may be missing, and a box will do. */
    static String robust(String output) {
        String found = null;
        for (Matcher matcher = LOOSE_FINAL_ANSWER.matcher(output); matcher.find(); ) {
            found = matcher.group(1);
        }
        if (found == null || found.isEmpty()) {
            found = lastBoxed(output).flatMap(MathAnswer::unboxed).orElse(INVALID);
        }
        return normalise(PythonText.strip(found));
    }

    /** The normalised answer in the last box of a gold solution. */
    static String ofSolution(Example.MathProblem problem) {
        return lastBoxed(problem.solution())
                .flatMap(MathAnswer::unboxed)
                .map(MathAnswer::normalise)
                .orElseThrow(() -> new InputException("The solution of " + problem.id()
                        + " has no \\boxed{answer}: correct the data file or leave the problem out"));
    }

    private static Optional<String> lastBoxed(String text) {
        int spaced = text.lastIndexOf("\\boxed ");
        if (spaced >= 0) {
            String rest = text.substring(spaced);
            int end = rest.indexOf('$');
            return Optional.of(end < 0 ? rest : rest.substring(0, end));
        }
        int start = text.lastIndexOf("\\boxed");
        int open = 0;
        for (int i = start; i >= 0 && i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return Optional.of(text.substring(start, i + 1));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> unboxed(String box) {
        if (box.startsWith("\\boxed ")) {
            return Optional.of(box.substring("\\boxed ".length()));
        }
        return box.startsWith("\\boxed{") && box.endsWith("}")
                ? Optional.of(box.substring("\\boxed{".length(), box.length() - 1))
                : Optional.empty();
    }

    /** Minerva's normal form of a final answer. */
    static String normalise(String answer) {
        String text = answer.substring(answer.lastIndexOf('=') + 1);
        text = UNIT_WORD.matcher(text).replaceAll("");
        for (String[] substitution : SUBSTITUTIONS) {
            text = text.replace(substitution[0], substitution[1]);
        }
        text = withoutUnits(text);
        text = MATH.matcher(text).replaceAll("\\$$1\\$");
        text = TEXT.matcher(text).replaceAll("$1");
        text = BOLD.matcher(text).replaceAll("$1");
        text = OVERLINE.matcher(text).replaceAll("$1");
        text = BOXED.matcher(text).replaceAll("$1");
        text = SHORT_FRACTION.matcher(text).replaceAll("frac{$1}{$2}");
        text = SHORT_INDEXED_ROOT.matcher(text).replaceAll("$1{$2}");
        text = SHORT_ROOT.matcher(text).replaceAll("sqrt{$1}");
        text = text.replace("$", "");
        return THOUSANDS.matcher(text).matches() ? text.replace(",", "") : text;
    }

    private static String withoutUnits(String text) {
        String kept = text;
        for (String unit : UNITS) {
            kept = outsideCommands(kept, unit);
        }
        kept = kept.replace("\\ldots", "");
        for (String unit : MORE_UNITS) {
            kept = outsideCommands(kept, unit);
        }
        for (String markup : MARKUP) {
            kept = kept.replace(markup, "");
        }
        return kept;
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
