package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One shard, whose file is each kind of file that is not the run's. */
class RunPartsTest {
    private static final String NAME = "predictions/model=m/benchmark=piqa/part-00000.parquet";
    private static final List<Prediction> ROWS = List.of(PredictionFileTest.FULL);

    private final Configuration hadoop = new Configuration(false);
    private final ObjectNode start = start("f00", "1.0");

    @TempDir
    private java.nio.file.Path folder;

    private RunDirectory directory;
    private Path part;

    @BeforeEach
    void aRun() {
        directory = RunDirectory.at(folder.toString(), hadoop);
        directory.claim(start);
        part = directory.part("m", "piqa", 0);
    }

    private static ObjectNode start(String fingerprint, String build) {
        ObjectNode start = RunDirectory.object().put("name", "test").put("build", build);
        start.putArray("models").addObject().put("name", "m").put("fingerprint", fingerprint);
        start.putArray("benchmarks").addObject().put("name", "piqa").put("shards", 1);
        return start;
    }

    private static PartOrigin origin(ObjectNode start, int shard) {
        return PartOrigin.Source.of(start, "m").part("m", "piqa", shard);
    }

    @Test
    void aPartOfTheRunCountsAndIsListedWithItsChecksum() throws IOException {
        PredictionFile.write(hadoop, part, 0, origin(start, 0), ROWS);

        assertThat(faults(RunParts.Depth.CONTENT)).isEmpty();
        assertThat(new RunParts(directory, start).list().get(0).path("path").asText())
                .isEqualTo(NAME);
        assertThat(new RunParts(directory, start).list().get(0).path("sha256").asText())
                .isEqualTo(directory.checksum(part))
                .hasSize(64);
    }

    @Test
    void whatFaultsAndCacheAreMakesNoOtherRun() {
        ObjectNode continued = start.deepCopy();
        continued.putObject("config").put("cache", "c").putObject("faults").put("retries", 3);
        ObjectNode began = start.deepCopy();
        began.putObject("config").put("cache", "").putObject("faults").put("retries", 0);

        assertThat(origin(continued, 0)).isEqualTo(origin(began, 0));
        assertThat(origin(continued, 0).source().run())
                .isNotEqualTo(origin(start, 0).source().run());
    }

    @Test
    void aPartOfAnotherOriginDoesNotCount() throws IOException {
        PredictionFile.write(hadoop, part, 0, origin(start("0ff", "1.0"), 0), ROWS);
        assertThat(faults(RunParts.Depth.FOOTER))
                .containsExactly(NAME + " is of a model with other files (fingerprint 0ff instead of f00)");

        PredictionFile.write(hadoop, part, 0, origin(start("f00", "2.0"), 0), ROWS);
        assertThat(faults(RunParts.Depth.FOOTER)).containsExactly(NAME + " is of another build (2.0 instead of 1.0)");

        PredictionFile.write(hadoop, part, 0, origin(start.deepCopy().put("name", "other"), 0), ROWS);
        assertThat(faults(RunParts.Depth.FOOTER)).containsExactly(NAME + " is of another run");

        PredictionFile.write(hadoop, part, 0, origin(start, 1), ROWS);
        assertThat(faults(RunParts.Depth.FOOTER)).containsExactly(NAME + " holds the rows of shard m/piqa/1");
        assertThatThrownBy(() -> new RunParts(directory, start).list())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(NAME + " holds the rows of shard m/piqa/1");
    }

    @Test
    void rowsThatAreNotTheStampsAreFoundByReadingThem() throws IOException {
        PartStamp stamp = PartStamp.of(origin(start, 0), ROWS);
        Prediction edited =
                PredictionEdits.with(PredictionFileTest.FULL, PredictionFileTest.ANSWERED.metrics(), "edited");
        PredictionFile.writeRows(hadoop, part, stamp, List.of(edited));

        assertThat(faults(RunParts.Depth.FOOTER)).isEmpty();
        assertThat(faults(RunParts.Depth.CONTENT))
                .containsExactly(NAME + " was edited: its rows are not those it was stamped for");
    }

    @Test
    void bytesThatAreNoPartAreTakenAwayWithTheirChecksumFile() throws IOException {
        PredictionFile.write(hadoop, part, 0, origin(start, 0), ROWS);
        Files.writeString(folder.resolve(NAME), "no Parquet");

        List<RunParts.Fault> faults = new ArrayList<>();
        assertThat(new RunParts(directory, start).committed("m", "piqa", RunParts.Depth.FOOTER, faults))
                .isEmpty();
        assertThat(faults).singleElement().asString().startsWith(NAME + " cannot be read (");
        directory.discard(faults);

        assertThat(folder.resolve(NAME).getParent()).isEmptyDirectory();
        assertThatThrownBy(() -> new RunParts(directory, start).list())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(NAME + " is missing");
    }

    private List<String> faults(RunParts.Depth depth) {
        List<RunParts.Fault> faults = new ArrayList<>();
        new RunParts(directory, start).committed("m", "piqa", depth, faults);
        return faults.stream().map(RunParts.Fault::toString).toList();
    }
}
