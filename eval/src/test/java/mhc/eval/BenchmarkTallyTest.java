package mhc.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BenchmarkTallyTest {
    private static final MetricName F1 = MetricName.of("f1");

    private static BenchmarkTally answered(String task, double f1) {
        return new BenchmarkTally.Builder()
                .add(task, Map.of("f1", f1, "em,robust", f1 == 1 ? 1.0 : 0.0), false, false)
                .build();
    }

    private static BenchmarkTally failed(String task) {
        return new BenchmarkTally.Builder().add(task, Map.of(), true, true).build();
    }

    private static BenchmarkTally sum(List<BenchmarkTally> parts) {
        return parts.stream().reduce(BenchmarkTally.EMPTY, BenchmarkTally::plus);
    }

    @Test
    void aFailedExampleScoresZeroInEveryMetricAndIsCounted() {
        List<ScoreRow> rows = sum(List.of(answered("", 1), answered("", 0.5), failed(""), failed("")))
                .rows("m", "drop", F1, 3);
        double f1Error = Math.sqrt((1 + 0.25 - 4 * 0.375 * 0.375) / 3 / 4);
        assertThat(rows)
                .containsExactly(
                        new ScoreRow("m", "drop", "", "em", "robust", 0.25, 0.25, 4, 3, 2, 2),
                        new ScoreRow("m", "drop", "", "f1", "none", 0.375, f1Error, 4, 3, 2, 2));
    }

    @Test
    void aBenchmarkThatFailedThroughoutScoresZeroInItsHeadline() {
        assertThat(sum(List.of(failed("a"), failed("a"))).rows("m", "drop", F1, 0))
                .containsExactly(
                        new ScoreRow("m", "drop", "", "f1", "none", 0, 0, 2, 0, 2, 2),
                        new ScoreRow("m", "drop", "a", "f1", "none", 0, 0, 2, 0, 2, 2));
        assertThat(BenchmarkTally.EMPTY.rows("m", "drop", F1, 0)).isEmpty();
    }

    @Test
    void theWholePoolsItsTasksAsAGroup() {
        List<BenchmarkTally> parts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            parts.add(answered("a", i < 9 ? 1 : 0));
        }
        for (int i = 0; i < 4; i++) {
            parts.add(answered("b", i < 1 ? 1 : 0));
        }
        parts.add(answered("c", 1));
        ScoreRow whole = sum(parts).rows("m", "mmlu", F1, 5).stream()
                .filter(row -> row.task().isEmpty() && row.metric().equals("f1"))
                .findFirst()
                .orElseThrow();
        assertThat(whole.value()).isEqualTo(11.0 / 15);
        // lm-eval: sqrt(sum((n-1) * se^2 * n) / (N - k) / N), se the standard error of each task
        double a = 9 * (0.9 * 0.1 / 9) * 10;
        double b = 3 * (0.25 * 0.75 / 3) * 4;
        assertThat(whole.stderr()).isCloseTo(Math.sqrt((a + b) / (15 - 3) / 15), within(1e-15));
    }

    @Test
    void tasksOfOneExampleEachAreTakenAsOne() {
        List<ScoreRow> rows = sum(List.of(answered("a", 1), answered("b", 0))).rows("m", "bbh", F1, 3);
        assertThat(rows).filteredOn(row -> row.task().isEmpty()).hasSize(2).allSatisfy(row -> assertThat(row.stderr())
                .isEqualTo(0.5));
        assertThat(rows).filteredOn(row -> !row.task().isEmpty()).hasSize(4).allSatisfy(row -> assertThat(row.stderr())
                .isNaN());
    }

    @Test
    void everyGroupingAndOrderGivesTheSameRows() {
        Random random = new Random(3);
        List<BenchmarkTally> parts = new ArrayList<>();
        for (int i = 0; i < 257; i++) {
            String task = "t" + random.nextInt(5);
            parts.add(random.nextInt(9) == 0 ? failed(task) : answered(task, random.nextInt(101) / 100.0));
        }
        List<ScoreRow> rows = sum(parts).rows("m", "bbh", F1, 3);
        assertThat(rows).hasSize(2 * 6);
        for (int round = 0; round < 5; round++) {
            Collections.shuffle(parts, random);
            int cut = random.nextInt(parts.size());
            BenchmarkTally merged = sum(parts.subList(cut, parts.size())).plus(sum(parts.subList(0, cut)));
            assertThat(merged.rows("m", "bbh", F1, 3)).isEqualTo(rows);
        }
    }
}
