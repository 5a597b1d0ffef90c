package mhc.eval.lmeval;

import java.util.List;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.score.PythonText;

/** {@code hellaswag}: four endings after the cleaned context. */
final class HellaSwag extends MultipleChoiceBenchmark<Example.HellaSwag> {
    /** Python's dot excludes the line feed alone, hence {@code UNIX_LINES}. */
    private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

    HellaSwag() {
        super(
                new Definition<>(
                        info("hellaswag", "1.0", Corpus.HELLASWAG, PoolKind.TRAIN, 10, ACC_NORM),
                        Example.HellaSwag.class,
                        ShotRule.RANDOM_APART),
                true);
    }

    @Override
    boolean sameItem(Example.HellaSwag one, Example.HellaSwag other) {
        return one.activity().equals(other.activity())
                && one.contextA().equals(other.contextA())
                && one.contextB().equals(other.contextB())
                && one.endings().equals(other.endings())
                && one.gold() == other.gold();
    }

    @Override
    String question(Example.HellaSwag example) {
        String context = example.contextA() + " " + PythonText.capitalize(example.contextB());
        return clean(example.activity() + ": " + context);
    }

    @Override
    List<String> choices(Example.HellaSwag example) {
        return example.endings().stream().map(HellaSwag::clean).toList();
    }

    @Override
    int gold(Example.HellaSwag example) {
        return example.gold();
    }

    /** {@code preprocess}: one pass each, so that four blanks leave two. */
    static String clean(String text) {
        String titled = PythonText.strip(text).replace(" [title]", ". ");
        return BRACKETS.matcher(titled).replaceAll("").replace("  ", " ");
    }
}
