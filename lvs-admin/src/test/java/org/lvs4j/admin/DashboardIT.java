package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What the dashboard shows in a browser: rows, traffic, health, and what it says without a connection. */
@ExtendWith(BrowserTests.class)
final class DashboardIT {
    private static final String PATH = "return document.querySelector(arguments[0]).getAttribute('d')";

    private DashboardStage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new DashboardStage();
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private String server(int index) {
        return stage.servers.get(index).name();
    }

    private void awaitState(Browser browser, int server, String state) {
        browser.await(
                server(server) + " is " + state,
                () -> browser.cell(stage.service(), server(server), "state").contains(state));
    }

    @Test
    void page_opened_showsItsServicesAndAsksNobodyElse(Browser browser) {
        browser.open(stage.url());
        awaitState(browser, 2, "up");
        assertThat(browser.rows()).containsExactly(stage.service(), server(0), server(1), server(2));
        assertThat(browser.driver().getTitle()).startsWith("lvs4j ");
        assertThat(browser.text("#count")).isEqualTo("1 service, 3 servers");
        assertThat(browser.text("#link-text")).isEqualTo("live");
        assertThat(browser.cell(stage.service(), null, "weight")).isEqualTo("3 of 3");
        @SuppressWarnings("unchecked")
        List<String> requests =
                (List<String>) browser.js("return performance.getEntriesByType('resource').map(each => each.name)");
        assertThat(requests)
                .contains(stage.url() + "/api/v1/overview", stage.url() + "/dashboard/table.js")
                .allSatisfy(each -> assertThat(each).startsWith(stage.url() + "/"));
        browser.requireEmptyLog();
    }

    @Test
    void figures_traffic_followIt(Browser browser) throws Exception {
        browser.open(stage.url());
        browser.await(
                "nothing yet",
                () -> browser.cell(stage.service(), null, "connections").equals("0"));
        AutoCloseable traffic = stage.traffic();
        browser.await("a rate", () -> rate(browser) > 1);
        browser.await("bytes", () -> browser.text(".tile:nth-child(4) .value").matches("[1-9].*B/s"));
        browser.await(
                "the share of each server is a third",
                () -> browser.cell(stage.service(), server(1), "share").equals("33 %"));
        Object tile = browser.js(PATH, ".tiles .spark .line");
        Object row = browser.js(PATH, "#row-1 .spark .line");
        browser.await(
                "the charts move",
                () -> !browser.js(PATH, ".tiles .spark .line").equals(tile)
                        && !browser.js(PATH, "#row-1 .spark .line").equals(row));
        traffic.close();
        browser.await("the rate falls to nothing", () -> rate(browser) == 0);
        browser.requireEmptyLog();
    }

    private double rate(Browser browser) {
        String figure = browser.cell(stage.service(), null, "connections").strip();
        return figure.matches("[0-9.]+") ? Double.parseDouble(figure) : -1;
    }

    @Test
    void server_stopped_isDownEverywhereUntilItIsBack(Browser browser) throws Exception {
        browser.open(stage.url());
        awaitState(browser, 1, "up");
        stage.servers.get(1).stop();
        awaitState(browser, 1, "down");
        assertThat(String.valueOf(browser.js(
                        "return arguments[0].querySelector('.cell.state').title",
                        browser.row(stage.service(), server(1)))))
                .containsIgnoringCase("refused");
        assertThat(String.valueOf(browser.js(
                        "return arguments[0].querySelector('.strip .down').getAttribute('d')",
                        browser.row(stage.service(), server(1)))))
                .contains("v16");
        assertThat(browser.driver().getTitle()).startsWith("▼ 1 down");
        assertThat(browser.text(".tiles")).contains("1 has a problem", "2 of 3");
        assertThat(browser.cell(stage.service(), null, "state")).contains("degraded");

        browser.click("#filters button:nth-child(2)");
        assertThat(browser.rows()).containsExactly(stage.service(), server(1));
        browser.await("the event is counted", () -> browser.text("#event-count").matches("[1-9][0-9]*"));
        browser.click("#tab-events");
        browser.awaitText("#panel-events", server(1) + " of " + stage.service() + " is down: ");
        assertThat(browser.shown("#event-count")).isFalse();
        browser.click("#filters button:nth-child(1)");

        stage.servers.get(1).start();
        awaitState(browser, 1, "up");
        browser.awaitText("#panel-events", server(1) + " of " + stage.service() + " is up");
        assertThat(browser.driver().getTitle()).startsWith("lvs4j ");
        browser.requireEmptyLog();
    }

    @Test
    void endpoint_gone_theOldPictureStaysUntilItIsBack(Browser browser) throws Exception {
        browser.open(stage.url());
        stage.traffic();
        browser.await("a rate", () -> rate(browser) > 1);
        int port = stage.stopAdmin();
        browser.awaitText("#lost", "No connection to the balancer; what you see is from ");
        assertThat(browser.text("#link-text")).isEqualTo("no connection");
        assertThat(browser.rows()).hasSize(4);
        // Every figure from now on.
        browser.js("""
                window.seen = [];
                new MutationObserver(() => document.querySelectorAll('.tile .value, .cell.connections .number')
                    .forEach(each => window.seen.push(each.textContent)))
                    .observe(document.body, { subtree: true, childList: true, characterData: true });""");

        Director next = Director.create();
        next.addService(
                VirtualService.of(stage.web, "rr"),
                stage.servers.stream()
                        .map(each -> RealServer.of(each.endpoint()))
                        .toArray(RealServer[]::new));
        stage.startAdmin(next, port);
        browser.await("it is back", () -> browser.text("#link-text").equals("live") && !browser.shown("#lost"));
        browser.awaitText("#toasts", "The balancer was started again; its counters began anew.");
        browser.await("a rate of the new counters", () -> rate(browser) == 0);
        @SuppressWarnings("unchecked")
        List<String> seen = (List<String>) browser.js("return window.seen");
        assertThat(seen).isNotEmpty().allSatisfy(each -> assertThat(each).doesNotContain("-", "NaN", "M", "G"));

        // The same process again: nothing began anew.
        assertThat(stage.stopAdmin()).isEqualTo(port);
        browser.awaitText("#lost", "No connection");
    }

    @Test
    void page_manyEvents_isStillRead(Browser browser) throws Exception {
        browser.open(stage.url());
        awaitState(browser, 0, "up");
        // An event every few milliseconds, never any quiet.
        AutoCloseable changes = stage.changes();
        browser.await(
                "the weight is shown while it changes",
                Duration.ofSeconds(15),
                () -> browser.cell(stage.service(), server(0), "weight").matches("[56]"));
        stage.director.addService(VirtualService.of(ServiceKey.named("later")));
        browser.await(
                "what came later is shown",
                Duration.ofSeconds(15),
                () -> browser.rows().contains("name later"));
        changes.close();
        browser.requireEmptyLog();
    }
}
