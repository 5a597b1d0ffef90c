package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run in the sizes of the eight test sets, three models, its samples in files beside it. */
class FullSizePageTest {
    private static final double MOST_OPENING_MILLIS = 3000;
    private static final double MOST_FILTER_MILLIS = 200;
    private static final int ATTEMPTS = 3;
    private static final List<String> VIEWS = List.of("flips", "wrong", "failed", "nothing", "all");

    @TempDir
    private Path folder;

    /** What was measured goes to {@code target/pages/full-size.txt}. */
    @Test
    void opensAndFiltersAtOnceAndLoadsOneExampleOnDemand() throws IOException {
        try (Browser browser = Browser.open()) {
            String run = PageRun.full().write(folder.resolve("run"));
            RunReport.write(TestSpark.SESSION, List.of(run), run);
            Path page = folder.resolve("run/report.html");
            browser.resize(1280, 900);

            double opening = best(() -> opening(browser, page));
            assertThat(browser.text("#samples .count")).startsWith("66,232 of 66,232 examples");
            assertThat(browser.count("script[data-chunk]")).isZero();
            double filter = VIEWS.stream()
                    .mapToDouble(view -> best(() -> browser.choose("sample-view", view)))
                    .max()
                    .orElseThrow();
            Files.writeString(
                    Files.createDirectories(Path.of("target/pages")).resolve("full-size.txt"),
                    "open %.0f ms, slowest filter %.0f ms%n".formatted(opening, filter));
            assertThat(opening).isLessThan(MOST_OPENING_MILLIS);
            assertThat(filter).isLessThan(MOST_FILTER_MILLIS);

            browser.visit(page, "#sample=triviaqa/test/17943&view=all");
            assertThat(browser.text("#sample-title")).isEqualTo("triviaqa/test/17943");
            assertThat(browser.text(".pane")).contains("Question 17943: how many");
            browser.assertQuietAndOffline();
        }
    }

    /** Milliseconds from the beginning of navigation to samples that can be filtered. */
    private static double opening(Browser browser, Path page) {
        browser.visit(page, "");
        return ((Number) browser.run("return performance.measure('ready', { end: 'samples-ready' }).duration"))
                .doubleValue();
    }

    /** Of several attempts: the page's time, not the machine's other work. */
    private static double best(DoubleSupplier attempt) {
        return IntStream.range(0, ATTEMPTS)
                .mapToDouble(ignored -> attempt.getAsDouble())
                .min()
                .orElseThrow();
    }
}
