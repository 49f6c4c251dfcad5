package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

/** The dashboard for everybody: by keyboard, on a phone, in both themes, and with names and reasons that are no HTML. */
@ExtendWith(BrowserTests.class)
final class DashboardAccessibilityIT {
    private static final String ATTACK = "<img src=x onerror=alert(1)>";

    private DashboardStage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new DashboardStage("500 " + ATTACK + "\r\n");
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private String server(int index) {
        return stage.servers.get(index).name();
    }

    private void open(Browser browser) {
        browser.open(stage.url());
        browser.await("a server that is down", () -> browser.driver().getTitle().startsWith("▼ 1 down"));
        browser.await(
                "servers that are up",
                () -> browser.cell(stage.service(), null, "weight").equals("3 of 3"));
    }

    /** The mode that is not deprecated opens another window for each run. */
    @SuppressWarnings("deprecation")
    private static void requireAccessible(Browser browser, String what) {
        // Colours that are on their way to others have no contrast that counts.
        browser.js("document.getAnimations().forEach(each => each.cancel())");
        List<String> problems = new ArrayList<>();
        for (Rule each : new AxeBuilder()
                .setLegacyMode(true)
                .disableIframeTesting()
                .analyze(browser.driver())
                .getViolations()) {
            if (Set.of("serious", "critical").contains(each.getImpact())) {
                each.getNodes().forEach(node -> problems.add(each.getId() + ": " + node.getHtml()));
            }
        }
        assertThat(problems).as(what).isEmpty();
    }

    @Test
    void page_everyTabAndDialogInBothThemes_noSeriousViolation(Browser browser) {
        open(browser);
        browser.row(stage.service(), server(0)).click();
        for (String theme : List.of("light", "dark")) {
            browser.prefer(theme);
            for (String tab : List.of("details", "events", "connections")) {
                browser.click("#tab-" + tab);
                if (tab.equals("connections")) {
                    browser.type("#why-client", "10.0.0.1", Keys.ENTER);
                    browser.awaitText(".why", "picks");
                }
                requireAccessible(browser, theme + ", " + tab);
            }
            browser.click("#help");
            requireAccessible(browser, theme + ", keys");
            browser.keys(Keys.ESCAPE);
            browser.click("#unlock");
            requireAccessible(browser, theme + ", token");
            browser.keys(Keys.ESCAPE);
        }
        browser.prefer("light");
        browser.size(390, 844, 2, true);
        browser.awaitText("#tab-servers", "Servers");
        for (String tab : List.of("servers", "details", "events", "connections")) {
            browser.click("#tab-" + tab);
            requireAccessible(browser, "phone, " + tab);
        }
    }

    @Test
    void phone_everyTab_usableAndNotWiderThanTheScreen(Browser browser) throws Exception {
        open(browser);
        browser.size(390, 844, 2, true);
        browser.await("the table", () -> browser.shown("#tab-servers"));
        browser.click("#tab-servers");
        browser.await("rows", () -> browser.row(stage.service(), server(1)) != null);
        for (String tab : List.of("events", "connections", "details", "servers")) {
            browser.click("#tab-" + tab);
            assertThat(browser.shown(tab.equals("servers") ? "#grid" : "#panel-" + tab))
                    .as(tab)
                    .isTrue();
            assertThat(browser.shown("#grid")).isEqualTo(tab.equals("servers"));
            assertThat((Boolean) browser.js("return document.documentElement.scrollWidth <= innerWidth"
                            + " && document.body.scrollWidth <= innerWidth"))
                    .as("width of " + tab)
                    .isTrue();
        }
        browser.row(stage.service(), server(1)).click();
        browser.awaitText("#panel-details", server(1));
        assertThat(browser.shown("#panel-details")).isTrue();
        browser.requireEmptyLog();
    }

    @Test
    void reason_thatLooksLikeHtml_isShownAsText(Browser browser) {
        open(browser);
        browser.click("#filters button:nth-child(2)");
        browser.await("only the mail service", () -> browser.rows().size() == 2);
        browser.click("#rows .row[data-kind=server]:not([hidden])");
        browser.awaitText("#panel-details .checks", ATTACK);
        assertThat(browser.text("#panel-details .state")).contains(ATTACK);
        browser.click("#tab-events");
        browser.awaitText("#panel-events", ATTACK);
        assertThat((Long) browser.js("return document.querySelectorAll('img').length"))
                .isEqualTo(1);
        browser.requireEmptyLog();
    }

    @Test
    void keys_moveFoldSearchAndHelp(Browser browser) {
        open(browser);
        browser.keys("/");
        assertThat(browser.focus()).isEqualTo("search");
        browser.keys(server(1));
        browser.await("one server", () -> browser.rows().equals(List.of(stage.service(), server(1))));
        browser.keys(Keys.ESCAPE);
        assertThat(browser.focus()).isEqualTo("grid");
        assertThat(browser.rows()).hasSize(6);
        browser.keys(Keys.ARROW_DOWN);
        browser.awaitText("#panel-details h2", stage.service());
        browser.keys(Keys.ARROW_LEFT);
        assertThat(browser.rows()).hasSize(3);
        browser.keys(Keys.ARROW_RIGHT);
        assertThat(browser.rows()).hasSize(6);
        browser.click("#tab-events");
        browser.js("document.getElementById('grid').focus()");
        browser.keys(Keys.ARROW_DOWN, Keys.ENTER);
        assertThat(browser.shown("#panel-details")).isTrue();
        assertThat(browser.text("#panel-details h2")).isEqualTo(server(0));
        browser.keys("?");
        assertThat(browser.shown("#keys")).isTrue();
        browser.keys(Keys.ESCAPE);
        assertThat(browser.shown("#keys")).isFalse();
        browser.click("#fold");
        assertThat(browser.rows()).hasSize(2);
        browser.click("#fold");
        browser.click(".head .state button");
        browser.await("the worst first", () -> !browser.rows().get(0).equals(stage.service()));
        browser.click(".head .state button");
        browser.await("the best first", () -> browser.rows().get(0).equals(stage.service()));
        browser.requireEmptyLog();
    }

    @Test
    void theme_dark_isKept(Browser browser) {
        open(browser);
        browser.click("#theme");
        browser.click("#theme");
        assertThat(browser.js("return document.documentElement.dataset.theme")).isEqualTo("dark");
        browser.driver().navigate().refresh();
        browser.await("rows", () -> !browser.rows().isEmpty());
        assertThat(browser.js("return document.documentElement.dataset.theme")).isEqualTo("dark");
        assertThat(browser.js("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(12, 16, 22)");
    }

    @Test
    void connections_heldOpen_listedAndExplained(Browser browser) throws Exception {
        open(browser);
        Socket held = stage.connect();
        String client = "127.0.0.1:" + held.getLocalPort();
        browser.keys("c");
        browser.type("#by-client", client, Keys.ENTER);
        browser.awaitText("ol.connections", client);
        assertThat(browser.text("ol.connections")).contains(stage.serverOf(held).toString(), "ESTABLISHED");
        browser.type("#why-client", "10.9.9.9", Keys.ENTER);
        browser.awaitText(".verdict", "rr picks ");
        // What the page says is what the director does next.
        String said = browser.text(".verdict");
        assertThat(said).contains("rr picks " + stage.serverOf(stage.connect()));
        browser.requireEmptyLog();
    }
}
