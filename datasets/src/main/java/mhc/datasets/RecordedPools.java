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
     * Where a task's exemplars stand.
     *
     * @param name below the data root
     * @param most how many of the file's first items form the pool
     */
    private record PoolFile(String name, int most) {}

    private static final int ALL = Integer.MAX_VALUE;

    private static final Map<String, PoolFile> FILES = Map.of(
            "bbh", new PoolFile("bbh/cot-prompts", ALL),
            "drop", new PoolFile("drop/drop_fixture.json", ALL),
            "gsm8k", new PoolFile("gsm8k/train.jsonl", 400),
            "gsm8k_cot", new PoolFile("gsm8k/cot_8shot.jsonl", ALL),
            "hellaswag", new PoolFile("hellaswag/hellaswag_val.jsonl", 120),
            "math", new PoolFile("math/minerva_4shot.jsonl", ALL),
            "mmlu", new PoolFile("mmlu/dev", ALL),
            "triviaqa", new PoolFile("triviaqa/triviaqa_sm_sub.jsonl", 60));

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
     * The pool of a benchmark of the lm-eval protocol; empty for one that was recorded without exemplars.
     *
     * @param kind which exemplars of the corpus its prompts are made from
     */
    public FewShotPool of(String benchmark, Corpus corpus, PoolKind kind) {
        PoolFile file = FILES.get(benchmark);
        if (file == null || kind == PoolKind.NONE) {
            return FewShotPool.EMPTY;
        }
        return read.computeIfAbsent(benchmark, name -> read(corpus, kind, file));
    }

    private FewShotPool read(Corpus corpus, PoolKind kind, PoolFile file) {
        FewShotPool pool = corpora.load(corpus, kind, new FileOverride(file.name(), file.name()))
                .pool();
        List<Example> first = pool.examples().stream()
                .limit(file.most())
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
