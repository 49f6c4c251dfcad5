package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.Director;
import org.openqa.selenium.Keys;
import org.openqa.selenium.support.ui.Select;

/** The dashboard of services of every kind, and of none. */
@ExtendWith(BrowserTests.class)
final class DashboardKindsIT {
    @Test
    void services_ofEveryKind_shownChosenAndExplained(Browser browser) throws Exception {
        try (TestDirector director = new TestDirector(true)) {
            browser.open(director.url());
            browser.await("the checked server", () -> browser.text(".tiles").contains("6 of 7"));
            assertThat(browser.rows())
                    .contains(
                            "tcp 10.0.0.1:80",
                            "udp [fd00::1]:53",
                            "fwmark 5",
                            "fwmark6 5",
                            "name orders",
                            "[fd00::2]:53");
            assertThat(browser.cell("tcp 10.0.0.1:80", null, "name")).contains("persistent 5 min");
            assertThat(browser.cell("tcp 10.0.0.1:80", "192.168.1.1:8080", "state"))
                    .contains("dra");
            // The same server in several services is chosen in one of them.
            browser.row("fwmark 5", "192.168.1.1:8080").click();
            browser.awaitText("#panel-details .of", "fwmark 5");
            assertThat((Long) browser.js("return document.querySelectorAll('.row[data-cursor=true]').length"))
                    .isEqualTo(1);
            browser.click("#tab-connections");
            explain(browser, "fwmark:5", "10.9.9.9", "wlc picks 192.168.1.1:8080");
            explain(browser, "fwmark6:5", "fd00::99", "wlc picks [fd00::2]:80");
            explain(browser, "udp:[fd00::1]:53", "fd00::99", "wlc picks [fd00::2]:53");
            browser.requireEmptyLog();
        }
    }

    private static void explain(Browser browser, String service, String client, String verdict) {
        new Select(browser.find("#why-service")).selectByValue(service);
        assertThat(browser.shown("#why-virtual")).isEqualTo(service.startsWith("fwmark"));
        if (service.startsWith("fwmark")) {
            browser.type("#why-virtual", client.contains(":") ? "[fd00::5]:80" : "10.0.0.5:80");
        }
        browser.type("#why-client", client, Keys.ENTER);
        browser.awaitText(".why", verdict);
    }

    @Test
    void services_none_saysHowToAddOne(Browser browser) {
        try (AdminServer admin = AdminServer.start(Director.create(), "127.0.0.1:0")) {
            browser.openEmpty(admin.address());
            browser.awaitText("#empty", "No service is configured yet.");
            assertThat(browser.text(".tiles .value")).isEqualTo("none");
            browser.requireEmptyLog();
        }
    }
}
