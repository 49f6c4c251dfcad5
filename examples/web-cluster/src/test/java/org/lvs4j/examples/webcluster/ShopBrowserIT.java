package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Drain;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.ClusterOptions;
import org.lvs4j.examples.webcluster.cluster.WebNode;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A person with a browser at the shop: in a headless Chromium over HTTPS through the director. */
@Timeout(180)
class ShopBrowserIT {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final List<String> DRIVERS = List.of("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver");
    private static final List<String> BROWSERS = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");
    private static final List<String> PAGES = List.of("", "basket", "guest-book");
    private static final int PHONE = 375;

    /** Several requests at the same time need new connections; each answer says how the TLS session of its one began. */
    private static final String CONNECTIONS = """
            const done = arguments[arguments.length - 1];
            Promise.all([...Array(5)].map(() => fetch('/api/me', {cache: 'no-store'})))
                .then(all => done(all.map(each => each.headers.get('X-TLS') + ' ' + each.headers.get('X-Web-Server'))));
            """;

    @TempDir
    private static Path profile;

    private static ChromeDriver driver;
    private static Cluster cluster;

    @BeforeAll
    static void start() throws Exception {
        String browser = firstOf(BROWSERS);
        String driverProgram = firstOf(DRIVERS);
        if (browser == null || driverProgram == null) {
            System.err.println("\n*** SKIPPED: there is no browser; apt-get install chromium chromium-driver"
                    + " to run this test ***\n");
        }
        assumeTrue(browser != null && driverProgram != null, "chromium and chromium-driver are not installed");
        cluster = Cluster.start(ClusterOptions.DEFAULT, 2);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser);
        options.setAcceptInsecureCerts(true);
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
                "--user-data-dir=" + profile);
        // Without it Selenium would look for a driver on the network.
        System.setProperty("webdriver.chrome.driver", driverProgram);
        driver = new ChromeDriver(options);
        driver.manage().timeouts().scriptTimeout(LIMIT);
    }

    private static String firstOf(List<String> paths) {
        return paths.stream()
                .filter(each -> Files.isExecutable(Path.of(each)))
                .findFirst()
                .orElse(null);
    }

    @AfterAll
    static void stop() {
        if (driver != null) {
            driver.quit();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void forget() {
        width(1280);
        open("");
        driver.manage().deleteAllCookies();
    }

    private static void width(int pixels) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 800, "deviceScaleFactor", 1, "mobile", pixels == PHONE));
    }

    private static void open(String page) {
        driver.get(cluster.url(true) + page);
    }

    private static void click(String selector) {
        driver.findElement(By.cssSelector(selector)).click();
    }

    private static void type(String selector, String text) {
        driver.findElement(By.cssSelector(selector)).sendKeys(text);
    }

    private static String text(String selector) {
        return String.valueOf(
                driver.executeScript("return document.querySelector(arguments[0])?.innerText ?? ''", selector));
    }

    private static void await(String selector, String part) {
        new WebDriverWait(driver, LIMIT, Duration.ofMillis(40))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> selector + " shows '" + part + "'. The page: " + text("body"))
                .until(ignored -> text(selector).contains(part));
    }

    private static void fillBasket() {
        open("");
        click("form[action='/basket/add'] button");
        await("h1", "Your basket");
    }

    private static void signUp(String name) {
        open("sign-up");
        type("main input[name=name]", name);
        type("main input[name=password]", "long enough");
        click("main form button");
        await("header .who", name);
    }

    private static void requireStillThere(String server, String product) {
        open("basket");
        assertThat(text("footer strong")).isEqualTo(server);
        assertThat(text("main .lines li")).contains(product);
        assertThat(text("header .badge")).isEqualTo("1");
        assertThat(text("header .who")).isEqualTo("Ann");
        assertThat(text("main")).doesNotContain("not known here");
    }

    @Test
    void visit_drainAndScaleOutOfOthers_sameServerAndBasketUntilTheOrderIsFound() throws Exception {
        fillBasket();
        String product = text("main .lines li a");
        signUp("Ann");
        String server = text("footer strong");
        assertThat(server).matches("web[12]");
        requireStillThere(server, product);

        WebNode other = cluster.servers().stream()
                .filter(each -> !each.name().equals(server))
                .findFirst()
                .orElseThrow();
        Drain drain = cluster.director().drain(other.endpoint(), Duration.ofSeconds(1));
        new WebDriverWait(driver, LIMIT, Duration.ofMillis(40)).until(ignored -> drain.phase() == Drain.Phase.DRAINED);
        requireStillThere(server, product);
        drain.abort();
        assertThat(cluster.addServer().name()).isEqualTo("web3");
        requireStillThere(server, product);

        click("form[action='/checkout'] button");
        await("h1", "Order ");
        String order = text("h1");
        assertThat(text("main")).contains("by " + server, product);
        open("orders");
        assertThat(text("main table")).contains(order);
        open("basket");
        assertThat(text("main")).contains("There is nothing in it yet.");
    }

    @Test
    void basketOverHttp_signedInOverHttps_staysSignedIn() {
        signUp("Eve");
        driver.get(cluster.url(false) + "products/1");
        click("form[action='/basket/add'] button");
        await("header .who", "Eve");
        click("form[action='/basket/add'] button");
        await("h1", "Your basket");
        assertThat(text("header .badge")).isEqualTo("1");
    }

    @Test
    void visit_newConnections_tlsSessionResumedAtTheSameServer() {
        open("server");
        String server = text("footer strong");
        assertThat(text("h1")).isEqualTo("You are at " + server);
        assertThat(text("main")).contains("Your TLS session");

        @SuppressWarnings("unchecked")
        List<String> connections = (List<String>) driver.executeAsyncScript(CONNECTIONS);

        assertThat(connections)
                .hasSize(5)
                .contains("resumed " + server)
                .allSatisfy(each -> assertThat(each).endsWith(" " + server));
    }

    @Test
    void pages_phone_noHorizontalScrolling() {
        fillBasket();
        width(PHONE);
        for (String page : List.of("", "basket", "guest-book", "server", "products/1", "sign-up", "sign-in")) {
            open(page);
            assertThat(driver.executeScript("return window.innerWidth")).isEqualTo((long) PHONE);
            assertThat((Long) driver.executeScript("return document.documentElement.scrollWidth"))
                    .as(page)
                    .isLessThanOrEqualTo(PHONE);
        }
    }

    @Test
    void pages_bothThemes_noSeriousViolation() {
        fillBasket();
        for (String theme : List.of("light", "dark")) {
            driver.executeCdpCommand(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
            for (String page : PAGES) {
                open(page);
                assertThat(violations()).as(theme + " /" + page).isEmpty();
            }
        }
    }

    /** The mode that is not deprecated opens another window for each run. */
    @SuppressWarnings("deprecation")
    private static List<String> violations() {
        List<String> problems = new ArrayList<>();
        for (Rule each : new AxeBuilder()
                .setLegacyMode(true)
                .disableIframeTesting()
                .analyze(driver)
                .getViolations()) {
            if (Set.of("serious", "critical").contains(each.getImpact())) {
                each.getNodes().forEach(node -> problems.add(each.getId() + ": " + node.getHtml()));
            }
        }
        return problems;
    }
}
