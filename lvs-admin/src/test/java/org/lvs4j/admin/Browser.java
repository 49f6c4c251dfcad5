package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium that shows one dashboard at a time, each in a page of its own. */
final class Browser implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final List<String> DRIVERS = List.of("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver");
    private static final List<String> BROWSERS = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");

    /** What finds a row by the text of its name; a server by that of its service as well. */
    private static final String ROW = """
            const [service, server] = arguments;
            const rows = [...document.querySelectorAll('#rows .row:not([hidden])')]
                .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex);
            const name = row => row.querySelector('.name .name').textContent;
            let at = rows.findIndex(row => row.dataset.kind === 'service' && name(row) === service);
            if (at < 0 || server === null) return rows[at] ?? null;
            while (++at < rows.length && rows[at].dataset.kind === 'server')
              if (name(rows[at]) === server) return rows[at];
            return null;
            """;

    private final Path profile = Files.createTempDirectory("lvs4j-chromium");
    private final ChromeDriver driver;

    /** Starts it. Skips the test where there is none. */
    Browser() throws IOException {
        String binary = firstOf(BROWSERS);
        String driverBinary = firstOf(DRIVERS);
        assumeTrue(binary != null && driverBinary != null, "chromium and chromium-driver are not installed");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(binary);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1600,900",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        // Without it Selenium would look for a driver on the network.
        System.setProperty("webdriver.chrome.driver", driverBinary);
        driver = new ChromeDriver(options);
        driver.manage().timeouts().scriptTimeout(LIMIT);
    }

    private static String firstOf(List<String> paths) {
        return paths.stream()
                .filter(each -> Files.isExecutable(Path.of(each)))
                .findFirst()
                .orElse(null);
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Opens a dashboard in a new page of 1600 x 900 instead of the one before, and waits for its first rows. */
    void open(String url) {
        openEmpty(url);
        await(
                "rows",
                () -> !driver.findElements(By.cssSelector("#rows .row:not([hidden])"))
                        .isEmpty());
    }

    /** As {@link #open}, but waits for nothing. */
    void openEmpty(String url) {
        String before = driver.getWindowHandle();
        driver.switchTo().newWindow(WindowType.TAB);
        String page = driver.getWindowHandle();
        driver.switchTo().window(before).close();
        driver.switchTo().window(page);
        driver.manage().window().setSize(new Dimension(1600, 900));
        size(1600, 900, 1, false);
        log();
        driver.get(url + "/");
    }

    /** The size of the page, in pixels of CSS. */
    void size(int width, int height, int scale, boolean phone) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", phone));
    }

    /** What the system prefers: {@code light} or {@code dark}. */
    void prefer(String scheme) {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void command(String name, Map<String, Object> parameters) {
        driver.executeCdpCommand(name, parameters);
    }

    /** What the browser has logged since this was asked the last time: errors, and refusals by the policy of the page. */
    List<String> log() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::toString)
                .toList();
    }

    void requireEmptyLog() {
        assertThat(log()).isEmpty();
    }

    Object js(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** A condition that may look at elements which the page is replacing. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits until a condition holds, and tells what the page shows if it never does. */
    void await(String what, Condition condition) {
        await(what, LIMIT, condition);
    }

    void await(String what, Duration limit, Condition condition) {
        new WebDriverWait(driver, limit, Duration.ofMillis(40))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> what + ". The page: " + text("body"))
                .until(ignored -> {
                    try {
                        return condition.holds();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    /** Waits until an element shows a text, among others. */
    void awaitText(String selector, String part) {
        await(selector + " shows '" + part + "'", () -> text(selector).contains(part));
    }

    /** The text of an element as a person sees it, or nothing if it is not there. */
    String text(String selector) {
        return String.valueOf(js("return document.querySelector(arguments[0])?.innerText ?? ''", selector));
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    boolean shown(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream().anyMatch(WebElement::isDisplayed);
    }

    void click(String selector) {
        find(selector).click();
    }

    /** The row of a service, or of a server if that is not null; null if it is not in sight. */
    WebElement row(String service, String server) {
        return (WebElement) js(ROW, service, server);
    }

    /** The text of one cell of a row, or nothing. */
    String cell(String service, String server, String column) {
        WebElement row = row(service, server);
        return row == null
                ? ""
                : String.valueOf(
                        js("return arguments[0].querySelector('.cell.' + arguments[1]).innerText", row, column));
    }

    /** The names of all rows in sight, in order. */
    @SuppressWarnings("unchecked")
    List<String> rows() {
        return (List<String>) js("""
                return [...document.querySelectorAll('#rows .row:not([hidden])')]
                    .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
                    .map(row => row.querySelector('.name .name').textContent)""");
    }

    /** Presses keys, wherever the focus is. */
    void keys(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Replaces the text of a field. */
    void type(String selector, CharSequence... keys) {
        WebElement field = find(selector);
        field.clear();
        field.sendKeys(keys);
    }

    /** The element with the focus. */
    String focus() {
        return String.valueOf(js("return document.activeElement.id"));
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
