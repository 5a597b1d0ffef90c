package mhc.eval.paper;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.score.PythonText;

/** PIQA: the goal, continued by either solution. */
final class PiqaBenchmark extends ChoiceBenchmark<Example.Piqa> {

    PiqaBenchmark() {
        super(info(Corpus.PIQA, "1", PoolKind.TRAIN, 0, METRIC), Example.Piqa.class);
    }

    @Override
    String context(Example.Piqa example, List<Example.Piqa> exemplars, String description) {
        StringBuilder context = new StringBuilder();
        for (Example.Piqa exemplar : exemplars) {
            context.append("%s %s\n\n"
                    .formatted(
                            PythonText.strip(exemplar.goal()), options(exemplar).get(exemplar.gold())));
        }
        return context.append(PythonText.strip(example.goal())).toString();
    }

    @Override
    List<String> options(Example.Piqa example) {
        return example.solutions().stream().map(PythonText::strip).toList();
    }

    @Override
    int gold(Example.Piqa example) {
        return example.gold();
    }
}
