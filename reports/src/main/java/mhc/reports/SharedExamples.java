package mhc.reports;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import mhc.eval.stats.Groups;
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
        int[] clusters = differing(
                k -> !first.clusters().name(inFirst[k]).equals(second.clusters().name(inSecond[k])));
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
        return pairs(metric, first.clusters());
    }

    /** All of them, as if only tasks were independent. */
    PairedScores byTask(String metric) {
        return pairs(metric, first.tasks());
    }

    private PairedScores pairs(String metric, Groups clusters) {
        return new PairedScores(
                size() == first.size() ? clusters : clusters.picked(inFirst),
                first.scores(metric, inFirst),
                second.scores(metric, inSecond));
    }

    /** Those of each task, by name; none where the benchmark is not divided. */
    Map<String, SharedExamples> ofTasks() {
        Groups groups = first.tasks().picked(inFirst);
        int[][] members = groups.members();
        Map<String, SharedExamples> tasks = new TreeMap<>();
        for (int task = 0; task < members.length; task++) {
            int[] chosen = members[task];
            tasks.put(
                    groups.names()[task],
                    new SharedExamples(
                            first,
                            second,
                            Arrays.stream(chosen).map(k -> inFirst[k]).toArray(),
                            Arrays.stream(chosen).map(k -> inSecond[k]).toArray()));
        }
        tasks.remove("");
        return tasks;
    }
}
