package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.service.RealServer;
import org.openqa.selenium.Keys;

/** What can be changed with the dashboard: drains and weights, with the token and beside other people. */
@ExtendWith(BrowserTests.class)
final class DashboardChangesIT {
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

    private void openUp(Browser browser) {
        browser.open(stage.url());
        for (int i = 0; i < 3; i++) {
            String name = server(i);
            browser.await(
                    name + " is up",
                    () -> browser.cell(stage.service(), name, "state").contains("up"));
        }
    }

    private static double progress(Browser browser) {
        return Double.parseDouble(
                String.valueOf(browser.js("return String(document.querySelector('progress').value)")));
    }

    @Test
    void drain_byClick_progressUntilItIsDrainedAndBack(Browser browser) throws Exception {
        openUp(browser);
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            held.add(stage.connect());
        }
        browser.row(stage.service(), server(1)).click();
        browser.await(
                "two connections",
                () -> browser.cell(stage.service(), server(1), "active").equals("2"));
        browser.find(".set + .set .primary").click();
        assertThat(browser.text("#token")).contains("To change something");
        browser.keys("a-wrong-token-0123456789", Keys.ENTER);
        browser.awaitText("#token", "That was not the token.");
        assertThat(stage.director.drains()).isEmpty();
        browser.type("#token-input", DashboardStage.TOKEN, Keys.ENTER);
        browser.awaitText(".draining", "2 of 2 active connections left, ");
        assertThat(stage.isDraining(1)).isTrue();
        assertThat(progress(browser)).isZero();
        assertThat(browser.cell(stage.service(), server(1), "state")).contains("draining");
        browser.awaitText("#toasts", server(1) + " gets no new connections from now on");

        // Closed ones linger for two minutes, which must not hold up the bar.
        Socket one = held.stream()
                .filter(each -> stage.serverOf(each).equals(stage.servers.get(1).endpoint()))
                .findFirst()
                .orElseThrow();
        one.close();
        browser.awaitText(".draining", "1 of 2 active connections left, beside 1 inactive, ");
        assertThat(progress(browser)).isEqualTo(0.5);
        for (Socket each : held) {
            each.close();
        }
        browser.awaitText(".draining", "Drained: no connection is left");
        assertThat(progress(browser)).isEqualTo(1);
        browser.await(
                "the row says so",
                () -> browser.cell(stage.service(), server(1), "state").contains("drained"));
        assertThat(stage.isDraining(1)).isTrue();

        browser.find(".draining button").click();
        browser.await(
                "it is back",
                () -> browser.cell(stage.service(), server(1), "state").contains("up"));
        assertThat(stage.isDraining(1)).isFalse();
        assertThat(browser.shown("#token")).isFalse();
    }

    @Test
    void drain_byKeys_drains(Browser browser) {
        openUp(browser);
        browser.js("document.getElementById('grid').focus()");
        browser.keys("d");
        browser.awaitText("#toasts", "Choose a server first");
        browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER, "d", Keys.ENTER);
        browser.await("the question", () -> browser.shown("#token"));
        browser.keys(DashboardStage.TOKEN, Keys.ENTER);
        browser.awaitText(".draining", "Drained");
        assertThat(stage.isDraining(0)).isTrue();
        browser.keys("d", Keys.ENTER);
        browser.await(
                "it is back",
                () -> browser.cell(stage.service(), server(0), "state").contains("up"));
        assertThat(stage.isDraining(0)).isFalse();
    }

    @Test
    void weight_setByTheForm_unlessSomebodyElseWasFaster(Browser browser) {
        openUp(browser);
        browser.row(stage.service(), server(2)).click();
        browser.keys("w");
        browser.keys("7");
        browser.awaitText(".set .hint", "of 9 in all: 78 %");
        browser.keys(Keys.ENTER);
        browser.await("the question", () -> browser.shown("#token"));
        browser.keys(DashboardStage.TOKEN, Keys.ENTER);
        browser.await(
                "the row",
                () -> browser.cell(stage.service(), server(2), "weight").equals("7"));
        assertThat(stage.weight(2)).isEqualTo(7);

        browser.keys(Keys.ESCAPE, "w");
        browser.keys("5");
        stage.director.editServer(
                stage.web,
                RealServer.builder(stage.servers.get(2).endpoint()).weight(3).build());
        browser.await(
                "the other's weight",
                () -> browser.cell(stage.service(), server(2), "weight").equals("3"));
        browser.keys(Keys.ENTER);
        browser.awaitText("#toasts", "The weight is 3 meanwhile, changed by somebody else.");
        assertThat(stage.weight(2)).isEqualTo(3);
        browser.keys(Keys.ENTER);
        browser.await(
                "the row",
                () -> browser.cell(stage.service(), server(2), "weight").equals("5"));
        assertThat(stage.weight(2)).isEqualTo(5);
        browser.requireEmptyLog();
    }
}
