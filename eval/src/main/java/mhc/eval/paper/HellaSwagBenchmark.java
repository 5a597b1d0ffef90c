package mhc.eval.paper;

import java.util.List;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.score.PythonText;

/** HellaSwag: the ending of lowest perplexity. */
final class HellaSwagBenchmark extends ChoiceBenchmark<Example.HellaSwag> {
    private static final Pattern TAG = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

    HellaSwagBenchmark() {
        super(info(Corpus.HELLASWAG, "1", PoolKind.TRAIN, 10, METRIC), Example.HellaSwag.class);
    }

    @Override
    String context(Example.HellaSwag example, List<Example.HellaSwag> exemplars, String description) {
        StringBuilder context = new StringBuilder();
        for (Example.HellaSwag exemplar : exemplars) {
            context.append(opening(exemplar))
                    .append(' ')
                    .append(options(exemplar).get(exemplar.gold()))
                    .append("\n\n");
        }
        return context.append(opening(example)).toString();
    }

    private static String opening(Example.HellaSwag example) {
        String context = example.contextB().isEmpty()
                ? example.contextA()
                : example.contextA() + " " + PythonText.capitalize(example.contextB());
        return clean(example.activity() + ": " + context);
    }

    @Override
    List<String> options(Example.HellaSwag example) {
        return example.endings().stream().map(HellaSwagBenchmark::clean).toList();
    }

    @Override
    int gold(Example.HellaSwag example) {
        return example.gold();
    }

    /** WikiHow's layout tags: a title ends a sentence, all others go. */
    private static String clean(String text) {
        String untitled = PythonText.strip(text).replace(" [title]", ". ");
        return PythonText.strip(TAG.matcher(untitled).replaceAll("").replace("  ", " "));
    }
}
