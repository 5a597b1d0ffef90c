package mhc.eval.lmeval;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;

/** {@code piqa}: two solutions after the goal; no exemplars by default. */
final class Piqa extends ChoiceBenchmark<Example.Piqa> {
    Piqa() {
        super(
                new Definition<>(
                        "piqa",
                        "1.0",
                        Corpus.PIQA,
                        Example.Piqa.class,
                        PoolKind.TRAIN,
                        ShotRule.RANDOM_APART,
                        0,
                        ACC_NORM),
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
