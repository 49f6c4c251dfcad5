package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;

/** The dashboard of an endpoint that shows nothing without its token, and pages that nobody looks at. */
@ExtendWith(BrowserTests.class)
final class DashboardTokenIT {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    private final Director director = Director.create();

    private AdminServer start() {
        director.addService(VirtualService.of(WEB), RealServer.of("10.0.0.11:80"));
        return AdminServer.builder(director)
                .listen("0.0.0.0:0")
                .plainText()
                .token(AdminClient.TOKEN)
                .requestsPerSecond(1000)
                .start();
    }

    private static String url(AdminServer admin) {
        return "http://127.0.0.1:" + admin.port();
    }

    @Test
    void page_readsNeedTheToken_asksOnceAndReadsEverythingWithIt(Browser browser) throws Exception {
        try (AdminServer admin = start()) {
            browser.openEmpty(url(admin));
            browser.await("the question", () -> browser.shown("#token"));
            assertThat(browser.text("#token")).contains("shows nothing without its token");
            assertThat(browser.focus()).isEqualTo("token-input");

            browser.keys("\u00e9 no token", Keys.ENTER);
            assertThat(browser.shown("#token"))
                    .as("what no token can be is not sent")
                    .isTrue();
            browser.type("#token-input", "another-token-0123456789", Keys.ENTER);
            browser.awaitText("#token", "That was not the token.");

            browser.keys(Keys.ESCAPE);
            browser.awaitText("#lost", "Unlock asks for it");
            assertThat(browser.text("#link-text")).isEqualTo("locked");
            assertThat(requests(browser, "/api/v1/events"))
                    .as("streams without the token")
                    .isZero();

            browser.click("#unlock");
            browser.keys(AdminClient.TOKEN, Keys.ENTER);
            browser.await("rows", () -> browser.rows().size() == 2);
            assertThat(browser.shown("#token")).isFalse();
            assertThat(browser.shown("#lost")).isFalse();
            assertThat(browser.shown("#unlock")).isFalse();

            // The stream has the token as well.
            browser.await("the stream", () -> requests(browser, "/api/v1/overview") > 3);
            director.editServer(
                    WEB, RealServer.builder("10.0.0.11:80").weight(4).build());
            browser.click("#tab-events");
            browser.awaitText("#panel-events", "10.0.0.11:80 of tcp 10.0.0.1:80 has weight 4, before 1");
        }
    }

    private static long requests(Browser browser, String path) {
        return (Long) browser.js(
                "return performance.getEntriesByType('resource')"
                        + ".filter(each => new URL(each.name).pathname === arguments[0]).length",
                path);
    }

    /** A browser opens six connections to one host: streams of pages in the background must not use them up. */
    @Test
    void pages_moreThanConnections_theOneInSightIsLive(Browser browser) throws Exception {
        director.addService(VirtualService.of(WEB), RealServer.of("10.0.0.11:80"));
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            browser.open(url(admin));
            String first = browser.driver().getWindowHandle();
            for (int i = 0; i < 7; i++) {
                browser.driver().switchTo().newWindow(WindowType.TAB);
                browser.driver().get(url(admin) + "/");
                browser.await("page " + i, () -> browser.rows().size() == 2);
            }
            director.editServer(
                    WEB, RealServer.builder("10.0.0.11:80").weight(7).build());
            browser.await(
                    "the last page is live",
                    () -> browser.cell("tcp 10.0.0.1:80", "10.0.0.11:80", "weight")
                            .equals("7"));
            for (String each : browser.driver().getWindowHandles()) {
                if (!each.equals(first)) {
                    browser.driver().switchTo().window(each).close();
                }
            }
            browser.driver().switchTo().window(first);
            browser.await(
                    "the first page is live",
                    () -> browser.cell("tcp 10.0.0.1:80", "10.0.0.11:80", "weight")
                            .equals("7"));
            browser.requireEmptyLog();
        }
    }
}
