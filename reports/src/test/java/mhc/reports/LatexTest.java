package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mhc.reports.ReportOptions.Format;
import mhc.reports.RunFixture.Example;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The LaTeX files as an author reads them: in a paper of two columns, and in its appendix. */
class LatexTest {
    private static final ReportOptions LATEX = ReportOptions.DEFAULT.withFormats(EnumSet.of(Format.LATEX));

    @TempDir
    private Path folder;

    @BeforeAll
    static void requireTex() throws InterruptedException {
        boolean present = false;
        try {
            present = new ProcessBuilder("pdflatex", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            System.err.println("SKIPPED: LatexTest needs pdflatex, which is not here (" + e.getMessage() + ")");
        }
        assumeTrue(present, "pdflatex is not on this machine: install TeX Live to compile the tables");
    }

    @Test
    void table4FitsAColumnAndTheRestAnAppendix() throws Exception {
        String run = SampleRun.write(folder.resolve("run"), 1, false);
        SampleRun.writeManifest(folder.resolve("run"));
        RunReport.write(TestSpark.SESSION, List.of(run), folder.toString(), LATEX);
        assertThat(compiled("twocolumn", "booktabs,graphicx", "report.tex")).doesNotContain("Overfull");
        assertThat(compiled("onecolumn", "booktabs,longtable", "report-appendix.tex"))
                .doesNotContain("Overfull");
    }

    @Test
    void manyModelsWithLongNamesFitToo() throws Exception {
        RunFixture run = new RunFixture(folder.resolve("run"));
        for (int model = 0; model < 6; model++) {
            for (int i = 0; i < 20; i++) {
                run.add(
                        "a_rather_long_name-of_a.model_" + model,
                        "piqa",
                        Example.of("piqa/" + i, Map.of("acc", i % (model + 2) == 0 ? 1.0 : 0.0)));
            }
        }
        RunReport.write(TestSpark.SESSION, List.of(run.write()), folder.toString(), LATEX);
        assertThat(compiled("twocolumn", "booktabs,graphicx", "report.tex")).doesNotContain("Overfull");
    }

    /** The log. */
    private String compiled(String layout, String packages, String file) throws Exception {
        Path main = folder.resolve(layout + ".tex");
        Files.writeString(
                main,
                "\\documentclass[" + layout + "]{article}\n\\usepackage{" + packages + "}\n\\begin{document}\n\\input{"
                        + file + "}\n\\end{document}\n");
        Path log = folder.resolve(layout + ".log");
        Process tex = new ProcessBuilder("pdflatex", "-interaction=nonstopmode", "-halt-on-error", main.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(tex.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(tex.exitValue()).as(text).isZero();
        return text;
    }
}
