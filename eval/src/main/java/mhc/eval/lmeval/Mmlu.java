package mhc.eval.lmeval;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.score.PythonText;

/** {@code mmlu}, 57 subjects: letters after the first dev questions of the same subject. */
final class Mmlu extends MultipleChoiceBenchmark<Example.Mmlu> {
    private static final List<String> LETTERS = List.of("A", "B", "C", "D");

    Mmlu() {
        super(
                new Definition<>(
                        info("mmlu", "1.0", Corpus.MMLU, PoolKind.TRAIN, 5, ACC).with(Subtasks.OWN_POOLS),
                        Example.Mmlu.class,
                        ShotRule.FIRST),
                false);
    }

    @Override
    String description(String task, FewShotPool pool) {
        return "The following are multiple choice questions (with answers) about " + task.replace('_', ' ') + ".\n\n";
    }

    @Override
    String question(Example.Mmlu example) {
        StringBuilder question = new StringBuilder(PythonText.strip(example.question()));
        for (int i = 0; i < LETTERS.size(); i++) {
            question.append('\n')
                    .append(LETTERS.get(i))
                    .append(". ")
                    .append(example.choices().get(i));
        }
        return question.append("\nAnswer:").toString();
    }

    @Override
    List<String> choices(Example.Mmlu example) {
        return LETTERS;
    }

    @Override
    int gold(Example.Mmlu example) {
        return example.gold();
    }
}
