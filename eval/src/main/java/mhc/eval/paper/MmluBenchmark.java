package mhc.eval.paper;

import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.score.Choices;
import mhc.eval.score.PythonText;

/** MMLU in the format of Hendrycks et al.: the options are the letters. */
final class MmluBenchmark extends ChoiceBenchmark<Example.Mmlu> {

    MmluBenchmark() {
        super(info(Corpus.MMLU, "1", PoolKind.TRAIN, 5, METRIC).with(Subtasks.OWN_POOLS), Example.Mmlu.class);
    }

    @Override
    String context(Example.Mmlu example, List<Example.Mmlu> exemplars, String description) {
        StringBuilder context =
                new StringBuilder("The following are multiple choice questions (with answers) about %s.\n\n"
                        .formatted(example.task().replace('_', ' ')));
        for (Example.Mmlu exemplar : exemplars) {
            context.append("%s %s\n\n".formatted(question(exemplar), Choices.letter(exemplar.gold())));
        }
        return context.append(question(example)).toString();
    }

    private static String question(Example.Mmlu example) {
        StringBuilder question = new StringBuilder(PythonText.strip(example.question()));
        for (int i = 0; i < example.choices().size(); i++) {
            question.append(
                    "\n%s. %s".formatted(Choices.letter(i), example.choices().get(i)));
        }
        return question.append("\nAnswer:").toString();
    }

    @Override
    List<String> options(Example.Mmlu example) {
        return IntStream.range(0, example.choices().size())
                .mapToObj(Choices::letter)
                .toList();
    }

    @Override
    int gold(Example.Mmlu example) {
        return example.gold();
    }
}
