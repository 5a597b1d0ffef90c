package mhc.datasets;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /**
     * @param dataRoot folder, as a local path or any Hadoop URI
     * @throws InputException when there is no such folder
     */
    public RecordedPools(String dataRoot, Configuration hadoop) {
        this.corpora = new Corpora(dataRoot, hadoop);
    }

    /** Pools below a local folder. */
    public static RecordedPools below(Path dataRoot) {
        return new RecordedPools(dataRoot.toUri().toString(), new Configuration());
    }

    /**
     * The pool of a benchmark of the lm-eval protocol; empty for one that is asked without exemplars.
     *
     * @param shots exemplars of each prompt; bbh opens its prompts with a description even when there are none
     */
    public FewShotPool of(String benchmark, int shots) {
        Place place = PLACES.get(benchmark);
        if (place == null || (shots == 0 && place.corpus() != Corpus.BBH)) {
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
