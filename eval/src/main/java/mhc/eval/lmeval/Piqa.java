package mhc.eval.lmeval;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;

/** {@code piqa}: two solutions after the goal; no exemplars by default. */
final class Piqa extends MultipleChoiceBenchmark<Example.Piqa> {
    Piqa() {
        super(
                new Definition<>(
                        info("piqa", "1.0", Corpus.PIQA, PoolKind.TRAIN, 0, ACC_NORM),
                        Example.Piqa.class,
                        ShotRule.RANDOM_APART),
                true);
    }

    @Override
    boolean sameItem(Example.Piqa one, Example.Piqa other) {
        return one.goal().equals(other.goal())
                && one.solutions().equals(other.solutions())
                && one.gold() == other.gold();
    }

    @Override
    String question(Example.Piqa example) {
        return "Question: " + example.goal() + "\nAnswer:";
    }

    @Override
    List<String> choices(Example.Piqa example) {
        return example.solutions();
    }

    @Override
    int gold(Example.Piqa example) {
        return example.gold();
    }
}
