package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mhc.eval.Prediction;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.PredictionFile;
import mhc.jobs.run.RunDirectory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate and the report as scripts use them: exit status, and the last line on standard error. */
class GateCommandTest {
    private static final int EXAMPLES = 200;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private String run(String name, int wrong) throws IOException {
        Path directory = folder.resolve(name);
        if (Files.exists(directory)) {
            return directory.toString();
        }
        Configuration hadoop = new Configuration();
        List<Prediction> rows = new ArrayList<>();
        for (int i = 0; i < EXAMPLES; i++) {
            String id = "piqa/" + i;
            rows.add(new Prediction(
                    id,
                    "",
                    id,
                    "paper",
                    "1",
                    0,
                    "00",
                    "Question",
                    List.of(" A", " B"),
                    List.of(-1.0, -2.0),
                    List.of(1, 1),
                    "",
                    Map.of(),
                    List.of("A"),
                    Map.of("acc", i < wrong ? 0.0 : 1.0),
                    "",
                    false,
                    "",
                    "none",
                    12,
                    0,
                    1,
                    .25));
        }
        RunDirectory run = RunDirectory.at(directory.toString(), hadoop);
        PartOrigin origin = new PartOrigin.Source("run", "model", "build").part("m", "piqa", 0);
        PredictionFile.write(hadoop, run.part("m", "piqa", 0), 0, origin, rows);
        return directory.toString();
    }

    @Test
    void aRunThatHoldsPasses() throws IOException {
        assertThat(execute("gate", run("a", 20), run("b", 20), "--worse-by", "5"))
                .isZero();
        assertThat(out.toString())
                .contains("held    m, PIQA: 0.0 points")
                .contains("not shown to be worse on any of 1");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aRunThatIsWorseFailsWithFour() throws IOException {
        Path junit = folder.resolve("gate.xml");
        assertThat(execute("gate", run("a", 20), run("b", 60), "--junit", junit.toString()))
                .isEqualTo(4);
        assertThat(err.toString())
                .hasLineCount(1)
                .startsWith("mhc-eval: ")
                .contains(": worse on PIQA (m: -20.0 points");
        assertThat(junit).content().contains("<failure type=\"worse\"");
    }

    @Test
    void aRunOfWhichItCannotBeToldFailsWithFive() throws IOException {
        assertThat(execute("gate", run("a", 20), run("b", 22), "--worse-by", "0.5"))
                .isEqualTo(5);
        assertThat(err.toString())
                .hasLineCount(1)
                .contains("cannot tell whether there is a loss of 0.5 points on PIQA");
    }

    @Test
    void mistakesAreSentences() throws IOException {
        assertThat(execute("gate", run("a", 20), run("b", 20), "--worse-by", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--worse-by is 0.0: give percentage points above 0, up to 100");
        assertThat(execute("report", run("a", 20), "--format", "pdf")).isEqualTo(2);
        assertThat(err.toString())
                .hasLineCount(1)
                .contains("--format pdf is not known: give md, csv, latex, html, json");
        String absent = folder.resolve("absent").toString();
        assertThat(execute("report", absent)).isEqualTo(2);
        assertThat(err.toString())
                .hasLineCount(1)
                .startsWith("mhc-eval: Run directory " + absent + " does not exist: check the path");
    }

    @Test
    void aReportHasTheFormatsThatWereAskedFor() throws IOException {
        Path chosen = folder.resolve("chosen");
        assertThat(execute("report", run("a", 20), "--format", "csv,json", "--out", chosen.toString()))
                .isZero();
        assertThat(chosen.resolve("report.csv")).exists();
        assertThat(chosen.resolve("report.json")).exists();
        assertThat(chosen.resolve("report.html")).doesNotExist();
        assertThat(chosen.resolve("report.tex")).doesNotExist();
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.execute(new Main(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
