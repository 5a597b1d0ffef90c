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
 * never its own exemplar: the next one of the pool takes that place at the end.
 */
final class FixedShots {
    private FixedShots() {}

    static List<Shots> draw(
            String benchmark, List<Example> examples, FewShotPool pool, int count, boolean poolPerTask) {
        if (count < 0) {
            throw new IllegalArgumentException("shots is " + count + ", expected at least 0");
        }
        Map<String, List<Example>> firstByTask = new HashMap<>();
        Map<String, Shots> sharedByTask = new HashMap<>();
        List<Shots> drawn = new ArrayList<>(examples.size());
        for (Example example : examples) {
            String task = poolPerTask ? example.task() : "";
            List<Example> first =
                    firstByTask.computeIfAbsent(task, key -> (poolPerTask ? pool.of(key) : pool.examples())
                            .stream().limit(count + 1L).toList());
            String description = pool.descriptions().getOrDefault(task, "");
            boolean amongThem = first.stream().limit(count).anyMatch(exemplar -> exemplar.id()
                    .equals(example.id()));
            List<Example> others = amongThem
                    ? first.stream()
                            .filter(exemplar -> !exemplar.id().equals(example.id()))
                            .toList()
                    : first;
            if (others.size() < count) {
                throw tooFew(benchmark, task, count, others.size());
            }
            drawn.add(
                    amongThem
                            ? new Shots(description, others)
                            : sharedByTask.computeIfAbsent(
                                    task, key -> new Shots(description, first.subList(0, count))));
        }
        return drawn;
    }

    private static InputException tooFew(String benchmark, String task, int want, int have) {
        return new InputException(
                "Benchmark %s wants %d exemplars%s but its few-shot pool has %d: set shots: {%s: %d} or name a larger pool in files: {%s: {pool: PATH}}."
                        .formatted(
                                benchmark,
                                want,
                                task.isEmpty() ? "" : " for " + task,
                                have,
                                benchmark,
                                have,
                                benchmark));
    }
}
