package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import mhc.eval.MetricName;
import mhc.eval.stats.Difference;
import mhc.eval.stats.PairedScores;
import mhc.reports.BenchmarkComparison.ModelDifference;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
    private static final int MODELS = 12;
    private static final int BENCHMARKS = 8;
    private static final int EXAMPLES = 80;

    /** Twelve models that are all alike: how often does a star stand in the table? */
    @Test
    void aTableOfEqualModelsHasAStarInAtMostOneOfTwenty() {
        Random random = new Random(4);
        int tables = 400;
        int starred = 0;
        int starredApart = 0;
        for (int table = 0; table < tables; table++) {
            List<BenchmarkComparison> rows = new ArrayList<>();
            for (int benchmark = 0; benchmark < BENCHMARKS; benchmark++) {
                rows.add(equalModels(random));
            }
            starred += starred(Comparisons.corrected(rows, "m0")) ? 1 : 0;
            starredApart += starred(Comparisons.corrected(rows, "another")) ? 1 : 0;
        }
        assertThat(starred / (double) tables).isBetween(.005, .05);
        assertThat(starredApart / (double) tables)
                .as("each model a family of its own")
                .isGreaterThan(.1);
    }

    private static boolean starred(List<BenchmarkComparison> rows) {
        return rows.stream().flatMap(row -> row.differences().stream()).anyMatch(ModelDifference::significant);
    }

    private static BenchmarkComparison equalModels(Random random) {
        boolean[][] right = new boolean[MODELS][EXAMPLES];
        for (boolean[] model : right) {
            for (int i = 0; i < EXAMPLES; i++) {
                model[i] = random.nextBoolean();
            }
        }
        List<ModelDifference> differences = new ArrayList<>();
        for (int model = 1; model < MODELS; model++) {
            differences.add(difference("m0", "m" + model, right[0], right[model]));
        }
        return new BenchmarkComparison("b", MetricName.of("acc"), 0, EXAMPLES, List.of(), differences);
    }

    private static ModelDifference difference(String a, String b, boolean[] first, boolean[] second) {
        List<PairedScores.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            pairs.add(new PairedScores.Pair("e" + i, "e" + i, first[i] ? 1 : 0, second[i] ? 1 : 0));
        }
        Difference difference = Difference.exact(PairedScores.of(pairs));
        return new ModelDifference(a, b, difference, Double.NaN, List.of(), difference.p(), 1);
    }

    @Test
    void theBaselineHasOneFamilyAndEveryOtherPairItsOwn() {
        boolean[] none = new boolean[10];
        boolean[] all = new boolean[10];
        Arrays.fill(all, true);
        List<ModelDifference> pairs = List.of(
                difference("a", "b", none, all), difference("a", "c", none, none), difference("b", "c", all, none));
        List<ModelDifference> corrected = Comparisons.corrected(
                        List.of(new BenchmarkComparison("x", MetricName.of("acc"), 0, 10, List.of(), pairs)), "a")
                .get(0)
                .differences();
        assertThat(corrected.stream().map(ModelDifference::family)).containsExactly(2, 2, 1);
        assertThat(corrected.get(0).holm())
                .isEqualTo(2 * pairs.get(0).difference().p());
        assertThat(corrected.get(2).holm()).isEqualTo(pairs.get(2).difference().p());
        assertThat(corrected.get(0).explained()).isEqualTo("better");
        assertThat(corrected.get(1).explained()).startsWith("not shown (could be up to ");
    }

    /** Sixty-six tables of pairs are not read by anybody. */
    @Test
    void manyModelsHaveAMatrixInsteadOfTablesOfPairs() {
        List<String> models =
                IntStream.range(0, MODELS).mapToObj(model -> "m" + model).toList();
        Report report = new Report(
                "t",
                "paper",
                models,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                Comparisons.corrected(List.of(equalModels(new Random(1))), "m0"),
                List.of(),
                List.of(),
                ReportOptions.Pairs.ALL,
                List.of());
        List<Page.Block> blocks = new PairTables(report).blocks();
        assertThat(blocks).hasSize(3);
        Page.Table matrix = (Page.Table) blocks.get(2);
        assertThat(matrix.columns()).hasSize(1 + MODELS);
        assertThat(matrix.rows()).hasSize(MODELS);
        assertThat(matrix.rows().get(3).get(1)).as("m3 less m0").isEqualTo("(0+ 0-)");
        assertThat(matrix.rows().get(3).get(3))
                .as("m2 was not compared with m3")
                .isEqualTo("-");
        assertThat(matrix.rows().get(3).get(4)).as("m3 itself").isEmpty();
    }
}
