package mhc.eval.paper;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.InputException;
import mhc.eval.Shots;

/**
 * The first exemplars of the pool, the same for every example of a task so that prompts share their prefix. An example is
 * never its own exemplar: it is left out and the next one of the pool joins at the end.
 */
final class FixedShots {
    private final Shots shared;
    private final List<Example> reserve;

    /** {@code pool}: the exemplars of one task in file order, of which {@code count} and one more in reserve are kept. */
    private FixedShots(String description, List<Example> pool, int count) {
        this.shared = new Shots(description, pool.stream().limit(count).toList());
        this.reserve = pool.stream().skip(count).limit(1).toList();
    }

    /**
     * One element per example, in order.
     *
     * @param poolPerTask whether exemplars come from the example's own sub-task
     * @throws InputException when a pool holds fewer than {@code count} besides the example
     */
    static List<Shots> draw(
            String benchmark, List<Example> examples, FewShotPool pool, int count, boolean poolPerTask) {
        if (count < 0) {
            throw new IllegalArgumentException("shots is " + count + ", expected at least 0");
        }
        Map<String, FixedShots> byTask = new HashMap<>();
        List<Shots> drawn = new ArrayList<>(examples.size());
        for (Example example : examples) {
            String task = poolPerTask ? example.task() : "";
            Shots shots = byTask.computeIfAbsent(
                            task,
                            key -> new FixedShots(
                                    pool.descriptions().getOrDefault(key, ""),
                                    poolPerTask ? pool.of(key) : pool.examples(),
                                    count))
                    .without(example);
            if (shots.examples().size() < count) {
                throw tooFew(benchmark, task, count, shots.examples().size());
            }
            drawn.add(shots);
        }
        return drawn;
    }

    private Shots without(Example example) {
        List<Example> others = shared.examples().stream()
                .filter(exemplar -> !exemplar.id().equals(example.id()))
                .toList();
        if (others.size() == shared.examples().size()) {
            return shared;
        }
        List<Example> filled = new ArrayList<>(others);
        filled.addAll(reserve);
        return new Shots(shared.description(), filled);
    }

    private static InputException tooFew(String benchmark, String task, int want, int have) {
        String ofTask = task.isEmpty() ? "" : " for " + task;
        return new InputException(
                "Benchmark %1$s wants %2$d exemplars%3$s but its few-shot pool has %4$d: set shots: {%1$s: %4$d} or name a larger pool in files: {%1$s: {pool: PATH}}."
                        .formatted(benchmark, want, ofTask, have));
    }
}
