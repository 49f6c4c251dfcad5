package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The dashboard of 500 services with 5,000 servers: the page stays small and quick. Prints what it has measured. */
@ExtendWith(BrowserTests.class)
final class DashboardLargeIT {
    private static final int SERVICES = 500;
    private static final int SERVERS = 10;
    private static final int MOST_ROWS = 200;
    /** Far above what a page takes that shows what is in sight, far below one that shows everything. */
    private static final double LONGEST_MILLIS = 4000;

    /** Measures the frames while a script runs, and the largest number of rows in the document. */
    private static final String MEASURE = """
            const done = arguments[arguments.length - 1];
            const grid = document.getElementById('grid');
            const frames = [];
            let rows = 0;
            const next = () => new Promise(resolve => requestAnimationFrame(resolve));
            const during = async step => {
              let last = performance.now();
              for (let more = true; more;) {
                more = step();
                await next();
                const now = performance.now();
                frames.push(now - last);
                last = now;
                rows = Math.max(rows, document.querySelectorAll('.row').length);
              }
            };
            const tell = () => {
              frames.sort((a, b) => a - b);
              done({ frames: frames.length, p95: frames[Math.floor(frames.length * 0.95)], longest: frames.at(-1), rows });
            };
            """;

    private static AdminServer admin;

    @BeforeAll
    static void start() {
        Director director = Director.create();
        for (int i = 0; i < SERVICES; i++) {
            RealServer[] servers = new RealServer[SERVERS];
            for (int j = 0; j < SERVERS; j++) {
                servers[j] = RealServer.builder("10.1." + i / 250 + "." + (i % 250 + 1) + ":" + (8000 + j))
                        .weight(i == 321 && j == 7 ? 77 : 1)
                        .build();
            }
            director.addService(
                    VirtualService.of(ServiceKey.tcp("10.0." + i / 250 + "." + (i % 250 + 1) + ":80")), servers);
        }
        admin = AdminServer.start(director, "127.0.0.1:0");
    }

    @AfterAll
    static void stop() {
        admin.close();
    }

    @SuppressWarnings("unchecked")
    private static void measure(Browser browser, String what, String script) {
        Map<String, Number> measured = (Map<String, Number>) browser.driver().executeAsyncScript(MEASURE + script);
        System.out.printf(
                "%s: %d frames, p95 %.0f ms, longest %.0f ms, at most %d rows in the document%n",
                what,
                measured.get("frames").intValue(),
                measured.get("p95").doubleValue(),
                measured.get("longest").doubleValue(),
                measured.get("rows").intValue());
        assertThat(measured.get("rows").intValue()).as(what + ": rows").isBetween(10, MOST_ROWS);
        assertThat(measured.get("longest").doubleValue())
                .as(what + ": longest frame")
                .isLessThan(LONGEST_MILLIS);
    }

    @Test
    void page_fiveThousandServers_smallAndQuick(Browser browser) {
        browser.open(admin.address());
        assertThat(browser.text("#count")).isEqualTo("500 services, 5000 servers");
        assertThat(browser.rows().get(1)).as("folded").isEqualTo("tcp 10.0.0.2:80");
        browser.click("#fold");
        assertThat(browser.rows().get(1)).isEqualTo("10.1.0.1:8000");

        measure(browser, "scroll through 5,500 rows", """
                const by = Math.max(grid.clientHeight, grid.scrollHeight / 250);
                during(() => {
                  grid.scrollTop += by;
                  return grid.scrollTop + grid.clientHeight < grid.scrollHeight - 1;
                }).then(tell);""");
        assertThat(browser.rows()).contains("10.1.1.250:8009");

        measure(browser, "search, letter by letter", """
                const search = document.getElementById('search');
                const letters = [...'10.1.1.72:8007'];
                during(() => {
                  search.value += letters.shift();
                  search.dispatchEvent(new Event('input'));
                  return letters.length > 0;
                }).then(tell);""");
        assertThat(browser.rows()).containsExactly("tcp 10.0.1.72:80", "10.1.1.72:8007");
        browser.type("#search", " ");

        measure(browser, "sort by each column, up and down", """
                const columns = [...document.querySelectorAll('.head button:not(:disabled)')].flatMap(each => [each, each]);
                during(() => {
                  columns.shift().click();
                  return columns.length > 0;
                }).then(tell);""");
        browser.click(".head .name button");
        browser.click(".head .weight button");
        browser.js("document.getElementById('grid').scrollTop = 0");

        browser.await("some more readings", () -> readings(browser) >= 5);
        Number longest = (Number) browser.js("return Math.max(...performance.getEntriesByType('resource')"
                + ".filter(each => each.name.endsWith('/overview')).map(each => each.duration))");
        System.out.printf("longest request of %d overviews: %.0f ms%n", readings(browser), longest.doubleValue());
        assertThat(longest.doubleValue()).isLessThan(2 * LONGEST_MILLIS);

        measure(browser, "frames while the page reads twice", """
                const readings = () => performance.getEntriesByType('resource').filter(each => each.name.endsWith('/overview')).length;
                const before = readings();
                during(() => readings() < before + 2).then(tell);""");
        browser.requireEmptyLog();
    }

    private static long readings(Browser browser) {
        return (Long) browser.js("return performance.getEntriesByType('resource')"
                + ".filter(each => each.name.endsWith('/overview')).length");
    }
}
