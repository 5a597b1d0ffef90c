package mhc.eval.lmeval.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.FewShotPool;
import mhc.datasets.RecordedPools;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.BenchmarkInfo;
import mhc.eval.lmeval.parity.ParityReport.Kind;
import mhc.eval.testing.SampleRecordings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every document of every recorded run of lm-evaluation-harness 0.4.13: prompts, extracted answers, metrics, results. */
class RecordedRunsTest {

    @Test
    void promptsAnswersAndMetricsAreThoseRecorded() throws IOException {
        Path folder = SharedInputs.require("goldens/lm-eval");
        RecordedPools pools = RecordedPools.below(SharedInputs.require("data"));
        List<ParityReport> reports = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jsonl")) {
            for (Path file : files) {
                Recording recording = Recording.read(file);
                reports.add(ParityCheck.of(recording, pool(recording, pools)).replay());
            }
        }
        requireAgreement(reports);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canned", "gqa-none", "gqa-hc", "gqa-mhc"})
    void promptsAnswersAndMetricsAreThoseRecordedOnTheSamples(String answerer, @TempDir Path folder) {
        List<ParityReport> reports = new ArrayList<>();
        for (Path file : SampleRecordings.write(folder, answerer)) {
            Recording recording = Recording.read(file);
            reports.add(ParityCheck.of(recording, SampleRecordings.pool(recording.benchmark()))
                    .replay());
        }
        requireAgreement(reports);
        // Sixteen items of each corpus, and GSM8K's once more under the other task.
        assertThat(reports.stream().mapToInt(ParityReport::documents).sum()).isEqualTo(9 * 16);
    }

    private static void requireAgreement(List<ParityReport> reports) {
        assertThat(reports).isNotEmpty();
        assertThat(reports)
                .as("a mismatch is described in the report's list")
                .allSatisfy(report -> assertThat(report.first()).isEmpty());
        assertThat(reports).allMatch(ParityReport::agrees);
        for (Kind kind : List.of(Kind.REQUEST, Kind.FILTERED, Kind.METRIC, Kind.RESULT)) {
            assertThat(reports.stream().mapToInt(report -> report.compared(kind)))
                    .as("comparisons of kind " + kind)
                    .anyMatch(compared -> compared > 0);
        }
        assertThat(reports).allMatch(report -> report.compared(Kind.REQUEST) == report.documents());
    }

    private static FewShotPool pool(Recording recording, RecordedPools pools) {
        BenchmarkInfo info = recording.benchmark().info();
        return pools.of(info.name(), info.corpus(), info.poolFor(recording.shots()));
    }
}
