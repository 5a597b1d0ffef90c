package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import mhc.eval.stats.PairedScores;

/**
 * The examples that two models were both asked.
 *
 * @param inFirst index in the first model's examples of each
 * @param inSecond index in the second model's
 */
record SharedExamples(ExampleScores first, ExampleScores second, int[] inFirst, int[] inSecond) {

    /** Both are in id order. */
    static SharedExamples of(ExampleScores first, ExampleScores second) {
        if (first.ids() == second.ids()) {
            int[] all = IntStream.range(0, first.size()).toArray();
            return new SharedExamples(first, second, all, all);
        }
        int[] inFirst = new int[Math.min(first.size(), second.size())];
        int[] inSecond = new int[inFirst.length];
        int count = 0;
        int j = 0;
        for (int i = 0; i < first.size(); i++) {
            String id = first.ids()[i];
            while (j < second.size() && second.ids()[j].compareTo(id) < 0) {
                j++;
            }
            if (j < second.size() && second.ids()[j].equals(id) && count < inFirst.length) {
                inFirst[count] = i;
                inSecond[count++] = j;
            }
        }
        return new SharedExamples(first, second, Arrays.copyOf(inFirst, count), Arrays.copyOf(inSecond, count));
    }

    int size() {
        return inFirst.length;
    }

    /** How the two were asked differently, if they were. */
    Optional<PromptDifference> prompts(String benchmark, String a, String b) {
        if (first.prompts() == second.prompts() && first.clusters() == second.clusters()) {
            return Optional.empty();
        }
        int[] prompts = differing(k -> first.prompts()[inFirst[k]] != second.prompts()[inSecond[k]]);
        int[] clusters = differing(k -> !first.clusters()[inFirst[k]].equals(second.clusters()[inSecond[k]]));
        if (prompts.length + clusters.length == 0) {
            return Optional.empty();
        }
        int example = inFirst[prompts.length > 0 ? prompts[0] : clusters[0]];
        return Optional.of(
                new PromptDifference(benchmark, a, b, size(), prompts.length, clusters.length, first.ids()[example]));
    }

    private int[] differing(IntPredicate differ) {
        return IntStream.range(0, size()).filter(differ).toArray();
    }

    /** All of them. */
    PairedScores scores(String metric) {
        return pairs(metric, IntStream.range(0, size()).toArray(), i -> first.clusters()[i]);
    }

    /** All of them, as if only tasks were independent. */
    PairedScores byTask(String metric) {
        return pairs(metric, IntStream.range(0, size()).toArray(), i -> first.tasks()[i]);
    }

    /** Those of each task; none where the benchmark is not divided. */
    Map<String, PairedScores> ofTasks(String metric) {
        Map<String, List<Integer>> indices = new TreeMap<>();
        for (int k = 0; k < size(); k++) {
            indices.computeIfAbsent(first.tasks()[inFirst[k]], task -> new ArrayList<>())
                    .add(k);
        }
        indices.remove("");
        Map<String, PairedScores> tasks = new TreeMap<>();
        indices.forEach((task, chosen) -> tasks.put(
                task, pairs(metric, chosen.stream().mapToInt(Integer::intValue).toArray(), i -> first.clusters()[i])));
        return tasks;
    }

    private PairedScores pairs(String metric, int[] chosen, IntFunction<String> cluster) {
        double[] a = first.scores(metric);
        double[] b = second.scores(metric);
        List<PairedScores.Pair> pairs = new ArrayList<>();
        for (int k : chosen) {
            int i = inFirst[k];
            pairs.add(new PairedScores.Pair(first.ids()[i], cluster.apply(i), a[i], b[inSecond[k]]));
        }
        return new PairedScores(pairs);
    }
}
