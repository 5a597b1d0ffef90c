package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowHashTest {
    private static final Prediction ROW = PredictionFileTest.FULL;
    private static final Prediction OTHER = PredictionEdits.with(ROW, Map.of("acc", 0.25), "");

    private final Configuration hadoop = new Configuration(false);

    @TempDir
    private Path folder;

    /** Writes a run of one model and benchmark. */
    @SafeVarargs
    private RowHash hash(String name, String model, List<Prediction>... parts) throws IOException {
        RunDirectory directory = RunDirectory.at(folder.resolve(name).toString(), hadoop);
        ObjectNode start = RunDirectory.object().put("name", name);
        for (int i = 0; i < parts.length; i++) {
            PartOrigin origin = PartOrigin.Source.of(start, model).part(model, "piqa", i);
            PredictionFile.write(hadoop, directory.part(model, "piqa", i), 0, origin, parts[i]);
        }
        return RowHash.of(directory.root().toString(), hadoop);
    }

    @Test
    void rowsAreTheSameHoweverTheyAreDivided() throws IOException {
        RowHash one = hash("one", "m", List.of(ROW, OTHER, OTHER));
        RowHash two = hash("two", "m", List.of(OTHER), List.of(OTHER, ROW));

        assertThat(one.rows()).isEqualTo(two.rows()).isEqualTo(3);
        assertThat(one.parts()).isEqualTo(1);
        assertThat(two.parts()).isEqualTo(2);
        assertThat(one.hash()).isEqualTo(two.hash()).hasSize(64);
    }

    @Test
    void anotherRowModelOrCountIsAnotherHash() throws IOException {
        assertThat(List.of(
                        hash("a", "m", List.of(ROW)).hash(),
                        hash("b", "m", List.of(OTHER)).hash(),
                        hash("c", "n", List.of(ROW)).hash(),
                        hash("d", "m", List.of(ROW, ROW)).hash()))
                .doesNotHaveDuplicates();
    }

    @Test
    void aDamagedPartIsNamed() throws IOException {
        hash("run", "m", List.of(ROW));
        Path part = folder.resolve("run/predictions/model=m/benchmark=piqa/part-00000.parquet");
        Files.writeString(part, "not Parquet");
        Files.deleteIfExists(part.resolveSibling(".part-00000.parquet.crc"));

        assertThatThrownBy(() -> RowHash.of(folder.resolve("run").toString(), hadoop))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("part-00000.parquet cannot be read (");
    }
}
