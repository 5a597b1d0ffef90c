package mhc.eval.curriculum;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Documents;
import mhc.datasets.Draw;
import mhc.datasets.curriculum.Curriculum;
import mhc.datasets.curriculum.Division;
import mhc.datasets.curriculum.Item;
import mhc.datasets.curriculum.PlainText;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.Protocol;

/**
 * An endless stream of training documents: prompts of a protocol's benchmarks, answered as their exemplars are, and plain
 * text. Document {@code i} is a pure function of the seed and {@code i}, so that a stopped run goes on where it was. Safe to
 * share between threads.
 */
public final class TrainingText implements Documents {
    /** Shots of a benchmark that is asked without any: its items are too short to be documents of their own. */
    private static final int LEAST = 5;

    private final List<Share> shares;
    private final int total;
    private final long seed;

    /** A source of documents with its weight. */
    private record Share(int weight, Benchmark benchmark) {}

    public TrainingText(Protocol protocol, long seed) {
        List<Share> all = new ArrayList<>();
        all.add(new Share(16, null));
        for (Benchmark benchmark : protocol.benchmarks()) {
            all.add(new Share(weight(benchmark.corpus()), benchmark));
        }
        this.shares = all;
        this.total = all.stream().mapToInt(Share::weight).sum();
        this.seed = seed;
    }

    /** Calculating and reading take more text to learn than choices and facts. */
    private static int weight(Corpus corpus) {
        return switch (corpus) {
            case BBH -> 14;
            case DROP -> 14;
            case GSM8K -> 11;
            case HELLASWAG -> 7;
            case MATH -> 18;
            case MMLU -> 12;
            case PIQA -> 6;
            case TRIVIAQA -> 11;
        };
    }

    @Override
    public String document(long index) {
        Draw draw = Draw.of(seed, index);
        int ticket = draw.between(0, total - 1);
        for (Share share : shares) {
            ticket -= share.weight;
            if (ticket < 0) {
                return share.benchmark == null ? PlainText.draw(draw) : answered(share.benchmark, draw);
            }
        }
        throw new AssertionError("the weights add up to less than their sum");
    }

    private static String answered(Benchmark benchmark, Draw draw) {
        List<String> tasks = Curriculum.tasks(benchmark.corpus());
        boolean sameTask = benchmark.info().subtasks() == Subtasks.OWN_POOLS;
        String task = draw.one(tasks);
        int most = benchmark.defaultShots() == 0 ? LEAST : benchmark.defaultShots();
        int shots = draw.percent(30) ? 0 : draw.between(0, most);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i <= shots; i++) {
            String id = "%s/train/%d".formatted(benchmark.name(), i);
            items.add(Curriculum.draw(benchmark.corpus(), sameTask ? task : draw.one(tasks), Division.TRAIN, id, draw));
        }
        String description = Curriculum.description(benchmark.corpus(), task);
        return AnsweredPrompt.of(benchmark, items, description).text();
    }
}
