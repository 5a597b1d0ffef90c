package mhc.jobs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.Corpora;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.FileOverride;
import mhc.datasets.PoolKind;
import mhc.eval.lmeval.Recording;
import org.apache.hadoop.conf.Configuration;

/**
 * The few-shot pools that recorded runs of lm-evaluation-harness drew from, in file order below one data root. Random draws
 * depend on a pool's size, so the sizes are part of the recordings' format.
 */
public final class RecordedPools {
    /**
     * Where a task's exemplars lie.
     *
     * @param file below the data root
     * @param most how many of the file's first items form the pool
     */
    private record Place(Corpus corpus, PoolKind kind, String file, int most) {}

    private static final int ALL = Integer.MAX_VALUE;

    private static final Map<String, Place> PLACES = Map.of(
            "bbh", new Place(Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, "bbh/cot-prompts", ALL),
            "drop", new Place(Corpus.DROP, PoolKind.TRAIN, "drop/drop_fixture.json", ALL),
            "gsm8k", new Place(Corpus.GSM8K, PoolKind.TRAIN, "gsm8k/train.jsonl", 400),
            "gsm8k_cot", new Place(Corpus.GSM8K, PoolKind.CHAIN_OF_THOUGHT, "gsm8k/cot_8shot.jsonl", ALL),
            "hellaswag", new Place(Corpus.HELLASWAG, PoolKind.TRAIN, "hellaswag/hellaswag_val.jsonl", 120),
            "math", new Place(Corpus.MATH, PoolKind.CHAIN_OF_THOUGHT, "math/minerva_4shot.jsonl", ALL),
            "mmlu", new Place(Corpus.MMLU, PoolKind.TRAIN, "mmlu/dev", ALL),
            "triviaqa", new Place(Corpus.TRIVIAQA, PoolKind.TRAIN, "triviaqa/triviaqa_sm_sub.jsonl", 60));

    private final Corpora corpora;
    private final Map<String, FewShotPool> read = new HashMap<>();

    public RecordedPools(String dataRoot, Configuration hadoop) {
        this.corpora = new Corpora(dataRoot, hadoop);
    }

    /** The pool of a recorded task; empty for a task without shots. */
    public FewShotPool of(Recording recording) {
        String benchmark = recording.benchmark().name();
        Place place = PLACES.get(benchmark);
        if (place == null || (recording.shots() == 0 && place.corpus() != Corpus.BBH)) {
            return FewShotPool.EMPTY;
        }
        return read.computeIfAbsent(benchmark, name -> read(place));
    }

    private FewShotPool read(Place place) {
        FewShotPool pool = corpora.load(place.corpus(), place.kind(), new FileOverride(place.file(), place.file()))
                .pool();
        List<Example> first = pool.examples().stream()
                .limit(place.most())
                .map(RecordedPools::asRecorded)
                .toList();
        return new FewShotPool(first, pool.descriptions());
    }

    /**
     * The recorded TriviaQA pool has the questions without their last character: a question mark nearly always, which the
     * prompt adds again.
     */
    private static Example asRecorded(Example example) {
        return example instanceof Example.TriviaQa trivia
                ? new Example.TriviaQa(trivia.id(), withoutLast(trivia.question()), trivia.value(), trivia.aliases())
                : example;
    }

    private static String withoutLast(String text) {
        return text.isEmpty() ? text : text.substring(0, text.offsetByCodePoints(text.length(), -1));
    }
}
