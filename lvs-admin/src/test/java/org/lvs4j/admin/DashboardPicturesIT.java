package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.openqa.selenium.OutputType;

/** Draws the pictures of the README, of two minutes of traffic. Not a test: {@code CONTRIBUTING.md} has the command. */
@ExtendWith(BrowserTests.class)
@EnabledIfSystemProperty(named = "lvs4j.pictures", matches = ".+", disabledReason = "draws pictures on request")
final class DashboardPicturesIT {
    private static final ServiceKey WEB = ServiceKey.tcp("127.0.1.1:8080");
    private static final ServiceKey API = ServiceKey.tcp("127.0.1.2:8443");
    private static final ServiceKey MAIL = ServiceKey.tcp("127.0.1.3:2525");
    private static final long MINUTES = 2;

    private final List<AutoCloseable> opened = new ArrayList<>();

    private <T extends AutoCloseable> T keep(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    private RealServer[] servers(int net, int port, int... weights) throws Exception {
        RealServer[] servers = new RealServer[weights.length];
        for (int i = 0; i < weights.length; i++) {
            LoopbackServer server = keep(new LoopbackServer("127.0." + net + "." + (11 + i), port, ""));
            servers[i] =
                    RealServer.builder(server.endpoint()).weight(weights[i]).build();
        }
        return servers;
    }

    private static TcpCheck check(RealServer server) {
        return new TcpCheck(
                ProbeTarget.of(server.endpoint()),
                CheckSchedule.builder()
                        .alpha(true)
                        .interval(Duration.ofMillis(500))
                        .warmup(Duration.ZERO)
                        .build());
    }

    @Test
    void pictures(Browser browser) throws Exception {
        Path folder = Path.of(System.getProperty("lvs4j.pictures"));
        Files.createDirectories(folder);
        Director director = Director.create();
        RealServer[] web = servers(11, 8080, 3, 2, 2, 1);
        RealServer[] api = servers(12, 8443, 1, 1, 1);
        RealServer[] mail = servers(13, 2525, 2, 1);
        director.addService(VirtualService.of(WEB, "wlc"), web);
        director.addService(
                VirtualService.builder(API).scheduler("wrr").persistent(300).build(), api);
        director.addService(VirtualService.of(MAIL, "sed"), mail);
        try {
            Relay relay = keep(Relay.builder(director).drainIdle(Duration.ZERO).start());
            HealthMonitor monitor = keep(HealthMonitor.builder(director)
                    .check(WEB, DashboardPicturesIT::check)
                    .check(API, DashboardPicturesIT::check)
                    .check(MAIL, DashboardPicturesIT::check)
                    .start());
            AdminServer admin = keep(AdminServer.builder(director)
                    .listen("127.0.0.1:0")
                    .token(AdminClient.TOKEN)
                    .relay(relay)
                    .healthMonitor(monitor)
                    .start());
            browser.open(admin.address());
            browser.await("all servers are up", () -> browser.text(".tiles").contains("9 of 9"));
            for (int i = 0; i < 24; i++) {
                keep(DashboardStage.connect(((ServiceKey.Address) WEB).endpoint()));
            }
            for (ServiceKey each : List.of(WEB, API, MAIL)) {
                for (int i = 0; i < 3; i++) {
                    keep(DashboardStage.traffic(
                            ((ServiceKey.Address) each).endpoint(), 20 + 35 * i * (each.hashCode() & 3)));
                }
            }
            browser.row("tcp 127.0.1.1:8080", "127.0.11.13:8080").click();
            // The charts of the page show two minutes: this is the only way to fill them.
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            browser.await(
                    "half of the time",
                    Duration.ofMinutes(MINUTES),
                    () -> end - System.nanoTime() < TimeUnit.MINUTES.toNanos(MINUTES) / 2);
            ((LoopbackServer) opened.get(8)).stop();
            director.drain(WEB, web[2].endpoint(), DrainOptions.within(Duration.ofMinutes(10)));
            for (Socket each : ownOf(director, web[2])) {
                each.close();
            }
            browser.await("all of the time", Duration.ofMinutes(MINUTES), () -> System.nanoTime() - end > 0);

            for (String theme : List.of("light", "dark")) {
                browser.prefer(theme);
                browser.size(1600, 900, 1, false);
                picture(browser, folder.resolve("dashboard-" + theme + ".png"));
            }
            browser.prefer("light");
            browser.size(390, 844, 2, true);
            browser.click("#tab-servers");
            picture(browser, folder.resolve("dashboard-phone.png"));
        } finally {
            for (int i = opened.size() - 1; i >= 0; i--) {
                opened.get(i).close();
            }
        }
    }

    /** Two of the connections to a server that are held open. */
    private List<Socket> ownOf(Director director, RealServer server) {
        List<Integer> ports = director.connections().stream()
                .filter(each -> each.server().equals(server.endpoint()))
                .map(each -> each.client().port())
                .toList();
        return opened.stream()
                .filter(each -> each instanceof Socket socket && ports.contains(socket.getLocalPort()))
                .map(Socket.class::cast)
                .limit(2)
                .toList();
    }

    private static void picture(Browser browser, Path file) throws Exception {
        browser.js("document.activeElement.blur()");
        browser.driver().executeAsyncScript("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))");
        byte[] png = browser.driver().getScreenshotAs(OutputType.BYTES);
        assertThat(ImageIO.read(new ByteArrayInputStream(png))).isNotNull();
        Files.write(file, png);
        System.out.println(file + ": " + png.length + " bytes");
    }
}
