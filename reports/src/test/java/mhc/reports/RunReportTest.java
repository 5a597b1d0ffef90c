package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import mhc.eval.MetricName;
import mhc.reports.ReportOptions.Samples;
import mhc.reports.RunFixture.Example;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
    private static final List<String> PAGES = List.of(
            "report.md",
            "report.csv",
            "report-differences.csv",
            "report-tasks.csv",
            "report.tex",
            "report-appendix.tex",
            "report.html",
            "report.json");

    @TempDir
    private Path folder;

    @Test
    void pagesOfTheSampleRunAreTheCommittedOnes() throws IOException {
        String run = SampleRun.write(folder.resolve("run"), 2, false);
        SampleRun.writeManifest(folder.resolve("run"));
        RunReport.Result result = RunReport.write(TestSpark.SESSION, List.of(run), run);
        assertThat(result.markdown()).isEqualTo(Files.readString(folder.resolve("run/report.md")));
        for (String page :
                List.of("report.md", "report.csv", "report-differences.csv", "report.tex", "report-appendix.tex")) {
            assertThat(folder.resolve("run").resolve(page)).hasContent(expected(page));
        }
    }

    private static String expected(String page) throws IOException {
        try (var in = RunReportTest.class.getResourceAsStream("expected-" + page)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theHtmlPageHoldsTheVerdictAndEveryExample() throws IOException {
        String run = SampleRun.write(folder.resolve("run"), 2, false);
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        String html = Files.readString(folder.resolve("run/report.html"));
        assertThat(html)
                .contains("<h3>mhc against baseline</h3>")
                .contains("not shown (could be up to")
                .contains("data-chunk=\"bbh/navigate-0\"")
                .doesNotContain("http://", "https://");
        JsonNode index = unpacked(html, "id=\"sample-index\">");
        assertThat(index.path("models").size()).isEqualTo(3);
        JsonNode bbh = index.path("benchmarks").get(0);
        assertThat(bbh.path("tasks").get(0).path("ids").size()).isEqualTo(60);
        assertThat(bbh.path("tasks").get(1).path("ids").size()).isEqualTo(30);
        JsonNode chunk = unpacked(html, "data-chunk=\"bbh/snarks-0\">");
        assertThat(chunk.path("examples").size()).isEqualTo(30);
        assertThat(chunk.path("examples").get(0).path("answers").size()).isEqualTo(3);
    }

    @Test
    void thePageOfManyRowsSaysHowToHaveItsExamples() throws IOException {
        String run = SampleRun.write(folder.resolve("run"), 2, false);
        Path page = folder.resolve("run/report.html");
        RunReport.write(TestSpark.SESSION, List.of(run), run, ReportOptions.DEFAULT.withSamples(Samples.NONE));
        assertThat(page).content().doesNotContain("sample-index", ">Samples<");

        SampleIndex many = SampleIndex.chosen(Samples.AUTO, Samples.MANY + 1, () -> SampleIndex.NONE);
        assertThat(many.absent()).contains("500,001 rows", "--samples all");
        SampleIndex all = new SampleIndex("data", Map.of(), "");
        assertThat(SampleIndex.chosen(Samples.AUTO, Samples.MANY, () -> all)).isEqualTo(all);
        assertThat(SampleIndex.chosen(Samples.ALL, Samples.MANY + 1, () -> all)).isEqualTo(all);
    }

    /** Data of the script element that opens with {@code opening}. */
    private static JsonNode unpacked(String html, String opening) throws IOException {
        int from = html.indexOf(opening) + opening.length();
        byte[] zipped = Base64.getDecoder().decode(html.substring(from, html.indexOf('<', from)));
        return new ObjectMapper().readTree(new GZIPInputStream(new ByteArrayInputStream(zipped)));
    }

    @Test
    void pagesDependNeitherOnFilesNorOnTheOrderOfRows() throws IOException {
        String whole = SampleRun.write(folder.resolve("whole"), 1, false);
        String split = SampleRun.write(folder.resolve("split"), 7, true);
        RunReport.write(TestSpark.SESSION, List.of(whole), whole);
        RunReport.write(TestSpark.SESSION, List.of(split), split);
        for (String page : PAGES) {
            assertThat(Files.readString(folder.resolve("split").resolve(page)))
                    .isEqualTo(Files.readString(folder.resolve("whole").resolve(page)));
        }
        assertThat(rows(split, "scores")).isEqualTo(rows(whole, "scores"));
        assertThat(rows(split, "comparison")).isEqualTo(rows(whole, "comparison"));
    }

    @Test
    void tablesHoldFractionsAndOneRowPerBenchmark() {
        String run = SampleRun.write(folder.resolve("run"), 1, false);
        SampleRun.writeManifest(folder.resolve("run"));
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        RunReport.write(TestSpark.SESSION, List.of(run), run); // replaces, never adds

        assertThat(TestSpark.SESSION
                        .read()
                        .parquet(run + "/comparison")
                        .schema()
                        .catalogString())
                .isEqualTo("struct<benchmark:string,metric:string,shots:int,n:bigint,"
                        + "models:array<struct<model:string,value:double,stderr:double,failed:bigint,truncated:bigint>>,"
                        + "differences:array<struct<a:string,b:string,delta:double,low:double,high:double,test:string,"
                        + "p:double,p_holm:double,won:bigint,lost:bigint,tied:bigint,mde:double>>>");
        List<Row> comparison = rows(run, "comparison");
        assertThat(comparison.stream().map(row -> row.<String>getAs("benchmark")))
                .containsExactly("bbh", "drop", "gsm8k", "mmlu", "piqa");
        Row gsm8k = comparison.get(2);
        assertThat(gsm8k.<String>getAs("metric")).isEqualTo("exact_match");
        assertThat(gsm8k.<Integer>getAs("shots")).isEqualTo(8);
        assertThat(gsm8k.<Long>getAs("n")).isEqualTo(40);
        List<Row> models = gsm8k.getList(gsm8k.fieldIndex("models"));
        assertThat(models.stream().map(row -> row.<String>getAs("model"))).containsExactly("baseline", "mhc", "hc");
        assertThat(models.stream().map(row -> row.<Long>getAs("failed"))).containsExactly(3L, 3L, 3L);
        assertThat(models.stream().map(row -> row.<Long>getAs("truncated"))).containsExactly(4L, 4L, 4L);
        List<Row> differences = gsm8k.getList(gsm8k.fieldIndex("differences"));
        assertThat(differences.stream().map(row -> row.getAs("b") + "-" + row.getAs("a")))
                .containsExactly("mhc-baseline", "hc-baseline", "hc-mhc");
        Row first = differences.get(0);
        double gain = models.get(1).<Double>getAs("value") - models.get(0).<Double>getAs("value");
        assertThat(first.<Double>getAs("delta")).isCloseTo(gain, within(1e-12)).isPositive();
        assertThat(first.<Long>getAs("won") - first.<Long>getAs("lost")).isEqualTo(Math.round(40 * gain));

        assertThat(TestSpark.SESSION.read().parquet(run + "/scores").schema().catalogString())
                .isEqualTo("struct<model:string,benchmark:string,task:string,metric:string,filter:string,value:double,"
                        + "stderr:double,n:bigint,shots:int,failed:bigint,truncated:bigint>");
        assertThat(rows(run, "scores").stream()
                        .filter(row -> row.getAs("benchmark").equals("bbh"))
                        .map(row -> row.getAs("model") + "/" + row.getAs("task") + "/" + row.getAs("n")))
                .containsExactly(
                        "baseline//90",
                        "baseline/navigate/60",
                        "baseline/snarks/30",
                        "mhc//90",
                        "mhc/navigate/60",
                        "mhc/snarks/30",
                        "hc//90",
                        "hc/navigate/60",
                        "hc/snarks/30");
    }

    /** Two passages of three questions: 1, 1, 0 and 0, 0, 1. */
    @Test
    void standardErrorsAllowForClustersExceptWhereTheHarnessIsRepeated() {
        double[] f1 = {1, 1, 0, 0, 0, 1};
        RunFixture paper = new RunFixture(folder.resolve("paper"));
        RunFixture harness = new RunFixture(folder.resolve("harness"));
        for (int i = 0; i < f1.length; i++) {
            Example example = Example.of("drop/" + i, Map.of("f1", f1[i], "em", 1 - f1[i]))
                    .cluster("p" + i / 3);
            paper.add("a", "drop", example.asked("paper", "drop-1", 3));
            harness.add("a", "drop", example.asked("lm-eval", "drop-1", 3));
        }
        // residual sums of the passages: 2 - 3/2 and 1 - 3/2
        double clustered = Math.sqrt(2 * (.25 + .25)) / 6;
        double independent = Math.sqrt(.3 / 6);
        assertStderr(paper.write(), clustered);
        assertStderr(harness.write(), independent);
        assertThat(RunReport.write(
                                TestSpark.SESSION,
                                List.of(folder.resolve("harness").toString()),
                                folder.resolve("out").toString())
                        .markdown())
                .contains(
                        "| DROP      | a     |   6 |        2 |          22.4 |        16.7 |         - |      0 |    "
                                + "     0 |");
    }

    private static void assertStderr(String run, double expected) {
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        assertThat(rows(run, "scores").stream().map(row -> row.<Double>getAs("stderr")))
                .hasSize(2)
                .allSatisfy(stderr -> assertThat(stderr).isCloseTo(expected, within(1e-12)));
        Row drop = rows(run, "comparison").get(0);
        List<Row> models = drop.getList(drop.fieldIndex("models"));
        assertThat(models.get(0).<Double>getAs("stderr")).isCloseTo(expected, within(1e-12));
    }

    /** Two tasks, each the same throughout: tasks differ, examples inside them do not. */
    @Test
    void tasksAsClustersAreASensitivityFigure() {
        RunFixture run = new RunFixture(folder);
        for (int i = 0; i < 8; i++) {
            run.add(
                    "a",
                    "mmlu",
                    Example.of("mmlu/" + i, Map.of("acc", i < 4 ? 1.0 : 0.0)).task(i < 4 ? "law" : "art"));
        }
        String written = run.write();
        assertThat(RunReport.write(TestSpark.SESSION, List.of(written), written).markdown())
                .contains("| 50.0 ± 0.0 |")
                .contains(
                        "| MMLU      | a     |   8 |        8 |           0.0 |        18.9 |      50.0 |      0 |    "
                                + "     0 |");
    }

    @Test
    void failedExamplesScoreZero() {
        String run = new RunFixture(folder)
                .add("a", "piqa", Example.of("1", Map.of("acc", 1.0)), Example.failed("2"), Example.failed("3"))
                .add("b", "piqa", Example.failed("1"), Example.failed("2"), Example.failed("3"))
                .write();
        String markdown = RunReport.write(TestSpark.SESSION, List.of(run), run).markdown();
        assertThat(markdown)
                .contains("| 33.3 ± 33.3 | failed |  2 / 3 |   0.0 / 0.0 |     0 / 0 |")
                .contains("PIQA: all 3 examples of b failed; that is no score");
        Row piqa = rows(run, "comparison").get(0);
        List<Row> models = piqa.getList(piqa.fieldIndex("models"));
        assertThat(models.get(0).<Double>getAs("value")).isEqualTo(1 / 3.0);
    }

    /** Another writer may leave metrics in a failed row: the table and the differences take them for nothing alike. */
    @Test
    void metricsOfAFailedRowCountNowhere() {
        Example failed = new Example("2", "", "2", "paper", "1", 0, Map.of("acc", 1.0), "the device was lost", false);
        String run = new RunFixture(folder)
                .add("a", "piqa", accuracy("1", 1), accuracy("2", 0))
                .add("b", "piqa", accuracy("1", 1), failed)
                .write();
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        Row piqa = rows(run, "comparison").get(0);
        List<Row> models = piqa.getList(piqa.fieldIndex("models"));
        assertThat(models.get(1).<Double>getAs("value")).isEqualTo(.5);
        List<Row> differences = piqa.getList(piqa.fieldIndex("differences"));
        assertThat(differences.get(0).<Double>getAs("delta")).isZero();
        assertThat(differences.get(0).<Long>getAs("won")).isZero();
    }

    @Test
    void anAnsweredExampleWithoutTheMetricScoresZeroAndIsRemarkedOn() {
        String run = new RunFixture(folder)
                .add("a", "piqa", accuracy("1", 1), Example.of("2", Map.of("acc_norm", 1.0)), Example.failed("3"))
                .write();
        String markdown = RunReport.write(TestSpark.SESSION, List.of(run), run, headline("acc"))
                .markdown();
        assertThat(markdown)
                .contains("| 33.3 ± 33.3 |")
                .contains("PIQA: 1 answered examples of a lack the metric acc and score 0.");
    }

    @Test
    void theCaptionSaysWhereMoreFailedThanTheRunAllows() throws IOException {
        Example late = new Example("2", "", "2", "paper", "1", 0, Map.of(), "time-limit: no answer within 1 s", false);
        String run = new RunFixture(folder)
                .add("a", "piqa", accuracy("1", 1), accuracy("2", 0), accuracy("3", 0))
                .add("b", "piqa", accuracy("1", 1), late, Example.failed("3"))
                .write();
        Path description = folder.resolve("manifest.json");
        Files.writeString(description, "{\"config\": {\"faults\": {\"max-failed\": 0.005}}}");
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        String said = "Not sound: 2 of 3 examples of b on piqa failed (model 1, time-limit 1), more than 0.5";
        assertThat(folder.resolve("report.md")).content().contains(said + "%.");
        assertThat(folder.resolve("report.html")).content().contains(said + "%.");
        assertThat(folder.resolve("report.tex")).content().contains(said + "\\%.");

        Files.writeString(description, "{\"config\": {\"faults\": {\"max-failed\": 0.7}}}");
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        assertThat(folder.resolve("report.md")).content().doesNotContain("Not sound");
    }

    @Test
    void countsComeFromTheSameRows() {
        String run = new RunFixture(folder)
                .add(
                        "b",
                        "piqa",
                        accuracy("1", 1),
                        Example.failed("2"),
                        accuracy("3", 0).cut())
                .add("a", "piqa", accuracy("1", 1))
                .write(2, false);
        assertThat(RunReport.write(TestSpark.SESSION, List.of(run), run).counts())
                .containsExactly(
                        new RunReport.Counted(
                                "a",
                                "piqa",
                                new RowCounts(1, new TreeMap<>(), 0, 12, 0, 1, new TreeSet<>(Set.of("none")))),
                        new RunReport.Counted(
                                "b",
                                "piqa",
                                new RowCounts(
                                        3,
                                        new TreeMap<>(Map.of("model", 1L)),
                                        1,
                                        36,
                                        0,
                                        3,
                                        new TreeSet<>(Set.of("none")))));
    }

    @Test
    void runsWithDifferentExamplesAreComparedOnTheCommonOnes() {
        String first = new RunFixture(folder.resolve("first"))
                .add("a", "piqa", accuracy("1", 1), accuracy("2", 0), accuracy("3", 1))
                .add("a", "bbh", Example.of("1", Map.of("exact_match", 1.0)))
                .write();
        String second = new RunFixture(folder.resolve("second"))
                .add("007", "piqa", accuracy("2", 1), accuracy("3", 1), accuracy("4", 0), accuracy("5", 0))
                .add("007", "bbh", Example.of("9", Map.of("exact_match", 1.0)))
                .write();
        String out = folder.resolve("out").toString();
        String markdown =
                RunReport.write(TestSpark.SESSION, List.of(first, second), out).markdown();
        assertThat(markdown)
                .contains(
                        "PIQA: the models were asked different examples (a 3, 007 4); the scores are those of the 2 that are"
                                + " common to all")
                .contains("| 2 (3 / 4) |   50.0 | 50.0 ± 50.0 | 100.0 ± 0.0 |")
                .contains("BBH: the models were asked different examples (a 1, 007 1); none is common to all")
                .doesNotContain("Mean of")
                .contains("| PIQA      |   2 |      +50.0 |");
        List<Row> comparison = rows(out, "comparison");
        assertThat(comparison.get(0).getList(comparison.get(0).fieldIndex("differences")))
                .isEmpty();
        assertThat(comparison.get(1).<Long>getAs("n")).isEqualTo(2);
    }

    @Test
    void filesThatAreNotDataAreLeftAlone() throws IOException {
        String run = new RunFixture(folder).add("a", "piqa", accuracy("1", 1)).write();
        Path partition = folder.resolve("predictions/model=a/benchmark=piqa");
        for (String name : List.of("_part-00001.parquet", ".part-00002.parquet.7.tmp", "_SUCCESS", "part-3.crc")) {
            Files.writeString(partition.resolve(name), "not data");
        }
        Files.createDirectories(folder.resolve("predictions/_staging/benchmark=bbh"));
        String markdown = RunReport.write(TestSpark.SESSION, List.of(run), run).markdown();
        assertThat(markdown).contains("| PIQA      | Acc    |     0 |   1 |   50.0 | 100.0 |");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "predictions",
                            "scores",
                            "comparison",
                            "tasks",
                            "report.md",
                            "report.csv",
                            "report-differences.csv",
                            "report-tasks.csv",
                            "report.tex",
                            "report-appendix.tex",
                            "report.html",
                            "report.json");
        }
    }

    @Test
    void headlineComesFromTheCallerBeforeTheManifest() throws IOException {
        String run = new RunFixture(folder)
                .add("a", "piqa", Example.of("1", Map.of("acc", 1.0, "acc_norm", 0.0)))
                .write();
        Files.writeString(
                folder.resolve("manifest.json"), "{\"benchmarks\": [{\"name\": \"piqa\", \"metric\": \"acc_norm\"}]}");
        RunReport.write(TestSpark.SESSION, List.of(run), run);
        assertThat(rows(run, "comparison").get(0).<String>getAs("metric")).isEqualTo("acc_norm");
        RunReport.write(TestSpark.SESSION, List.of(run), run, headline("acc"));
        assertThat(rows(run, "comparison").get(0).<String>getAs("metric")).isEqualTo("acc");
    }

    private static ReportOptions headline(String metric) {
        return ReportOptions.DEFAULT.withHeadlines(Map.of("piqa", MetricName.of(metric)));
    }

    private static Example accuracy(String id, double value) {
        return Example.of(id, Map.of("acc", value));
    }

    private static List<Row> rows(String run, String table) {
        return TestSpark.SESSION.read().parquet(run + "/" + table).collectAsList();
    }
}
