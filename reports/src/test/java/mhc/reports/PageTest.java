package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page of a small run as a reader sees it. Screenshots go to {@code target/pages}. */
class PageTest {
    /** Would be a script or fail to load as an image, were it ever markup. */
    private static final String MARKUP =
            "</pre></script></option><script>window.hacked=1</script><img src=x onerror=hacked=1>";

    /** A folder of that name must exist, so it has no slash. */
    private static final String HOSTILE_MODEL = "<script>window.hacked=1<img src=x onerror=hacked=1>";

    private static final Path SHOTS = Path.of("target/pages");
    private static final String LINKS = "#samples .list a";
    private static final String FLIP = "#b=gsm8k&sample=gsm8k/test/10&x=baseline&view=flips&y=";

    @TempDir
    private static Path folder;

    private static Browser browser;
    private static Path page;

    @BeforeAll
    static void write() {
        browser = Browser.open();
        PageRun run = new PageRun(
                List.of("baseline", "hc", HOSTILE_MODEL),
                new TreeMap<>(Map.of("gsm8k", 120, "mmlu", 130, "piqa", 60)),
                MARKUP);
        String directory = run.write(folder.resolve("run"));
        SupplementFixture.write(Path.of(directory), "hc");
        RunReport.write(TestSpark.SESSION, List.of(directory), directory);
        page = folder.resolve("run/report.html");
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void desktop() {
        browser.resize(1280, 900);
        browser.prefer("light");
    }

    @AfterEach
    void quietOfflineAndInert() {
        browser.assertQuietAndOffline();
        assertThat(browser.run("return typeof window.hacked")).isEqualTo("undefined");
        assertThat(browser.count("img, object, iframe, [onerror]")).isZero();
    }

    @Test
    void opensWithTheVerdictAndHasItsCharts() {
        browser.visit(page, "");
        browser.shoot(SHOTS.resolve("desktop.png"));
        assertThat(browser.text("h2")).isEqualTo("Verdict");
        assertThat(browser.text("main")).contains("hc against baseline", HOSTILE_MODEL + " against baseline");
        assertThat(browser.count(".bars")).isEqualTo(3);
        assertThat(browser.count(".bars .whisker")).isEqualTo(9);
        assertThat(browser.text(".toc")).contains("Stability", "Training", "Models");
        assertThat(browser.count(".chart")).isEqualTo(3);
        assertThat(browser.count(".chart polyline:not([points=''])")).isEqualTo(6);
    }

    @Test
    void filtersShowWhatTheySay() {
        browser.visit(page, "");
        browser.choose("sample-benchmark", "gsm8k");
        assertThat(shown()).isEqualTo(120);
        browser.choose("sample-second", "1");
        browser.choose("sample-view", "right");
        long right = shown();
        browser.choose("sample-view", "wrong");
        assertThat(right + shown()).isEqualTo(120);
        browser.choose("sample-view", "won");
        long won = shown();
        browser.choose("sample-view", "lost");
        long lost = shown();
        browser.choose("sample-view", "flips");
        assertThat(won).isPositive();
        assertThat(lost).isPositive();
        assertThat(shown()).isEqualTo(won + lost);
        for (Map.Entry<String, String> one :
                Map.of("failed", "7", "truncated", "8", "nothing", "9").entrySet()) {
            browser.choose("sample-view", one.getKey());
            assertThat(shown()).as(one.getKey()).isEqualTo(1);
            assertThat(browser.text(LINKS + " .id")).isEqualTo("gsm8k/test/" + one.getValue());
        }
    }

    /** What the count above the list says. */
    private static long shown() {
        return Long.parseLong(browser.text("#samples .count").split(" ")[0].replace(",", ""));
    }

    @Test
    void searchesIdsAtOnceAndTextsAfterEnter() {
        browser.visit(page, "");
        browser.choose("sample-benchmark", "gsm8k");
        browser.run("document.getElementById('sample-search').focus()");
        browser.type("test/11");
        assertThat(shown()).isEqualTo(11); // 11 and 110 to 119
        browser.run("document.getElementById('sample-search').select()");
        browser.type("Question 5: how");
        assertThat(shown()).isZero();
        browser.type(Keys.ENTER);
        browser.until("return document.querySelectorAll('" + LINKS + "').length === 1");
        assertThat(browser.text(LINKS + " .id")).isEqualTo("gsm8k/test/5");
    }

    @Test
    void aLinkOpensAFlipWithItsDifferencesMarked() {
        browser.visit(page, FLIP + "hc");
        browser.shoot(SHOTS.resolve("flip.png"));
        assertThat(browser.text("#sample-title")).isEqualTo("gsm8k/test/10");
        assertThat(browser.text("#sample-view option:checked")).isEqualTo("baseline and hc differ");
        assertThat(browser.run("return [...document.querySelectorAll('.answer mark')].map((mark) => mark.innerText)"))
                .isEqualTo(List.of("seven", "41", "six", "42"));
        assertThat(browser.text(".pane")).contains("Accepted answers", "extracted", "new tokens", MARKUP);
        assertThat(browser.count(LINKS + "[aria-current=true]")).isEqualTo(1);

        browser.visit(page, "#sample=mmlu/test/3"); // an id alone
        assertThat(browser.text("#sample-title")).isEqualTo("mmlu/test/3");
        assertThat(browser.count(".options tbody tr")).isEqualTo(4);
        assertThat(browser.text(".options")).contains("-1.250 (1)", "gold", "chosen", "-4.125 (1)");

        browser.visit(page, "#sample=nowhere");
        assertThat(browser.text(".pane")).isEqualTo("There is no example nowhere here.");
    }

    @Test
    void verdictsLinkToTheirExamples() {
        browser.visit(page, "");
        browser.run("document.querySelector('.verdicts tbody a').click()");
        browser.until("return document.querySelector('#sample-view').value === 'won'");
        assertThat(shown() + " won").isEqualTo(browser.text(".verdicts tbody a"));
    }

    @Test
    void keysReachAnExample() {
        browser.visit(page, "");
        browser.run("document.querySelector('" + LINKS + "').focus()");
        browser.type(Keys.ARROW_DOWN);
        String second = (String) browser.run("return document.activeElement.querySelector('.id').innerText");
        browser.type(Keys.ENTER);
        browser.until("return document.activeElement.id === 'sample-title'");
        assertThat(browser.text("#sample-title")).isEqualTo(second).isEqualTo("gsm8k/test/1");
    }

    @Test
    void aPhoneShowsEveryNumberOfTheTable() {
        browser.resize(390, 844);
        browser.visit(page, "");
        browser.run("document.getElementById('s2').scrollIntoView()");
        browser.shoot(SHOTS.resolve("phone.png"));
        assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(390);
        assertThat(browser.run("""
                        const table = [...document.querySelectorAll('table.stack')]
                            .find((each) => each.caption.innerText.startsWith('Scores in percent'));
                        return [...table.querySelectorAll('tbody td')].filter((cell) => {
                          const box = cell.getBoundingClientRect();
                          return cell.innerText && (box.left < 0 || box.right > 390 || box.height < 12
                              || parseFloat(getComputedStyle(cell).fontSize) < 12
                              || cell.scrollWidth > cell.clientWidth + 1);
                        }).map((cell) => cell.innerText);
                        """)).isEqualTo(List.of());
        browser.visit(page, FLIP + "hc");
        browser.shoot(SHOTS.resolve("phone-flip.png"));
        assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(390);
        assertThat(((Number) browser.run("return document.querySelector('#sample-title').getBoundingClientRect().top"))
                        .doubleValue())
                .isBetween(-1.0, 844.0);
    }

    /** WCAG 2 levels A and AA, as far as axe-core can tell, in both colour schemes and both widths. */
    @Test
    void nothingIsInTheWayOfAssistiveTechnology() {
        for (String scheme : List.of("light", "dark")) {
            for (Map.Entry<Integer, String> width :
                    Map.of(1280, "#sample=mmlu/test/3", 390, FLIP + "hc").entrySet()) {
                browser.resize(width.getKey(), 900);
                browser.prefer(scheme);
                browser.visit(page, width.getValue());
                browser.shoot(SHOTS.resolve(scheme + "-" + width.getKey() + ".png"));
                assertThat(browser.accessibilityFaults())
                        .as(scheme + " " + width)
                        .isEmpty();
            }
        }
    }
}
