package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium that keeps account of what a page says on its console and asks of the network. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of(System.getProperty("mhc.chromium", "/usr/bin/chromium"));
    private static final Path DRIVER = Path.of(System.getProperty("mhc.chromedriver", "/usr/bin/chromedriver"));
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String AXE = resource("/axe.min.js");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Skips the test, loudly, without a Chromium and its driver. */
    static Browser open() {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            System.err.println("SKIPPED: pages are not opened, for there is no " + CHROMIUM + " or no " + DRIVER
                    + ": install chromium and chromium-driver, or give -Dmhc.chromium and -Dmhc.chromedriver");
            assumeTrue(false, "no Chromium");
        }
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    /** A window of {@code width} CSS pixels, as on a phone where it is narrow. */
    void resize(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    /** {@code light} or {@code dark}. */
    void prefer(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Opens a page from the disk and waits until its samples are ready; {@code fragment} may be empty. */
    void visit(Path page, String fragment) {
        driver.get("about:blank");
        driver.get(page.toUri() + fragment);
        until("return document.getElementById('samples').ariaBusy !== 'true'");
    }

    /** Waits until a script returns true. */
    void until(String script) {
        new WebDriverWait(driver, Duration.ofSeconds(60))
                .until(ignored -> run(script).equals(true));
    }

    /** What a script returns. */
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Keys typed into whatever is focused. */
    void type(CharSequence keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** Chooses an option of a select as a reader does; returns the milliseconds in which the page answered. */
    double choose(String id, String value) {
        return ((Number) run("""
                        const control = document.getElementById(arguments[0]);
                        control.value = arguments[1];
                        if (control.value !== arguments[1]) { throw new Error('no option ' + arguments[1]); }
                        const start = performance.now();
                        control.dispatchEvent(new Event('change'));
                        document.body.getBoundingClientRect();
                        return performance.now() - start;
                        """, id, value)).doubleValue();
    }

    /** Text of the first element that a selector finds. */
    String text(String selector) {
        return (String) run("return document.querySelector(arguments[0]).innerText", selector);
    }

    long count(String selector) {
        return (Long) run("return document.querySelectorAll(arguments[0]).length", selector);
    }

    void shoot(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails where the console has an error, or anything was asked of the network, since the last call. */
    void assertQuietAndOffline() {
        assertThat(driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()))
                .isEmpty();
        assertThat(requests()).isNotEmpty().allMatch(url -> url.startsWith("file:") || url.startsWith("about:"));
    }

    /** What axe-core finds against WCAG 2.1 A and AA in the open page: rule and element of each fault. */
    List<?> accessibilityFaults() {
        driver.executeScript(AXE);
        return (List<?>) driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] }).then((found) => done(
                    found.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ' ' + node.html.slice(0, 200)
                        + ' ' + node.failureSummary))));
                """);
    }

    private List<String> requests() {
        List<String> urls = new ArrayList<>();
        driver.manage().logs().get(LogType.PERFORMANCE).forEach(entry -> {
            JsonNode message = json(entry.getMessage()).path("message");
            if (message.path("method").asText().equals("Network.requestWillBeSent")) {
                urls.add(message.path("params").path("request").path("url").asText());
            }
        });
        return urls;
    }

    private static String resource(String name) {
        try (InputStream in = Browser.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
