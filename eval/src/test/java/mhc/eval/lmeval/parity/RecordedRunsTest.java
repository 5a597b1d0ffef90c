package mhc.eval.lmeval.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.RecordedPools;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.lmeval.parity.ParityReport.Kind;
import org.junit.jupiter.api.Test;

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
                reports.add(
                        ParityCheck.of(recording, pools.of(recording.benchmark().name(), recording.shots()))
                                .replay());
            }
        }
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
}
