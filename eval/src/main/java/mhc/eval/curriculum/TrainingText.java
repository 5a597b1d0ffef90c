package mhc.eval.curriculum;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Documents;
import mhc.datasets.Example;
import mhc.datasets.curriculum.Curriculum;
import mhc.datasets.curriculum.Division;
import mhc.datasets.curriculum.Draw;
import mhc.datasets.curriculum.Item;
import mhc.datasets.curriculum.PlainText;
import mhc.eval.Benchmark;
import mhc.eval.Protocol;
import mhc.eval.Shots;

/**
 * An endless stream of training documents: prompts of a protocol's benchmarks, answered as their exemplars are, and plain
 * text. Document {@code i} is a pure function of the seed and {@code i}, so that a stopped run goes on where it was. Safe to
 * share between threads.
 */
public final class TrainingText implements Documents {
    private final List<Share> shares;
    private final int total;
    private final long seed;

    /** A source of documents with its weight. */
    private record Share(int weight, Benchmark benchmark) {}

    public TrainingText(Protocol protocol, long seed) {
        List<Share> all = new ArrayList<>();
        all.add(new Share(18, null));
        for (Benchmark benchmark : protocol.benchmarks()) {
            all.add(new Share(weight(benchmark.corpus()), benchmark));
        }
        this.shares = all;
        this.total = all.stream().mapToInt(Share::weight).sum();
        this.seed = seed;
    }

    private static int weight(Corpus corpus) {
        return switch (corpus) {
            case BBH -> 14;
            case DROP -> 12;
            case GSM8K -> 14;
            case HELLASWAG -> 10;
            case MATH -> 14;
            case MMLU -> 14;
            case PIQA -> 16;
            case TRIVIAQA -> 14;
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
        boolean one = benchmark.corpus() == Corpus.BBH || benchmark.corpus() == Corpus.MMLU;
        String task = draw.one(tasks);
        int shots = draw.percent(30) ? 0 : draw.between(0, benchmark.defaultShots());
        List<Example> shown = new ArrayList<>();
        Item item = null;
        for (int i = 0; i <= shots; i++) {
            String name = one ? task : draw.one(tasks);
            item = Curriculum.draw(
                    benchmark.corpus(),
                    name,
                    Division.TRAIN,
                    "%s/train/%d".formatted(benchmark.corpus().key(), i),
                    draw);
            shown.add(item.shown());
        }
        return answered(benchmark, item.asked(), shown, Curriculum.description(benchmark.corpus(), task));
    }

    /**
     * The request of an item with its answer. The benchmark itself says how an answer is written: as the last exemplar before
     * the same question asked once more, which is then cut off.
     */
    static String answered(Benchmark benchmark, Example asked, List<Example> shown, String description) {
        String open = benchmark
                .request(asked, new Shots(description, shown.subList(0, shown.size() - 1)))
                .context();
        String again = benchmark.request(asked, new Shots(description, shown)).context();
        if (!again.startsWith(open)) {
            throw new IllegalStateException(
                    "Benchmark %s shows an exemplar otherwise than it asks it".formatted(benchmark.name()));
        }
        String question = benchmark.request(asked, new Shots("", List.of())).context();
        int same = 0;
        while (same < question.length()
                && question.charAt(question.length() - 1 - same) == again.charAt(again.length() - 1 - same)) {
            same++;
        }
        return again.substring(0, again.length() - same).stripTrailing();
    }
}
