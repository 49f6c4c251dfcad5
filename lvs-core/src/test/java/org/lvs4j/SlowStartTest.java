package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class SlowStartTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final Flow CLIENT =
            Flow.of(Protocol.TCP, Endpoint.parse("10.9.9.9:1234"), Endpoint.parse("10.0.0.1:80"));

    private long nowNanos;
    private final Director director = Director.builder().ticker(() -> nowNanos).build();

    private void addService(String scheduler, int seconds) {
        director.addService(VirtualService.builder(WEB)
                .scheduler(scheduler)
                .slowStart(Duration.ofSeconds(seconds))
                .build());
    }

    private void add(String endpoint, int weight) {
        director.addServer(WEB, RealServer.builder(endpoint).weight(weight).build());
    }

    private void edit(String endpoint, int weight) {
        director.editServer(WEB, RealServer.builder(endpoint).weight(weight).build());
    }

    private void advance(int seconds) {
        nowNanos += seconds * 1_000_000_000L;
        director.advance();
    }

    private int weight(int index) {
        return director.explain(CLIENT).candidates().get(index).weight();
    }

    @Test
    void weight_newServer_growsFromOneToTheConfiguredWeight() {
        addService("wlc", 10);
        add("192.168.0.1:80", 100);
        assertThat(weight(0)).isEqualTo(1);
        advance(3);
        assertThat(weight(0)).isEqualTo(30);
        advance(6);
        assertThat(weight(0)).isEqualTo(90);
        advance(1);
        assertThat(weight(0)).isEqualTo(100);
        advance(100);
        assertThat(weight(0)).isEqualTo(100);
    }

    @Test
    void weight_serverRaisedFromZero_slowStartAgain() {
        addService("wlc", 10);
        add("192.168.0.1:80", 100);
        advance(20);
        edit("192.168.0.1:80", 50);
        assertThat(weight(0))
                .as("an edit of a weight above zero is effective at once")
                .isEqualTo(50);
        edit("192.168.0.1:80", 0);
        assertThat(weight(0)).isZero();
        advance(20);
        edit("192.168.0.1:80", 200);
        assertThat(weight(0)).isEqualTo(1);
        advance(5);
        assertThat(weight(0)).isEqualTo(100);
    }

    @Test
    void weight_otherServers_unaffected() {
        addService("wlc", 10);
        add("192.168.0.1:80", 100);
        advance(5);
        add("192.168.0.2:80", 100);
        assertThat(List.of(weight(0), weight(1))).containsExactly(1, 50);
        advance(5);
        director.removeServer(WEB, Endpoint.parse("192.168.0.2:80"));
        assertThat(weight(0)).isEqualTo(100);
        add("192.168.0.2:80", 100);
        assertThat(List.of(weight(0), weight(1))).containsExactly(1, 100);
    }

    @Test
    void weight_noSlowStart_configuredWeightAtOnce() {
        addService("wlc", 0);
        add("192.168.0.1:80", 100);
        assertThat(weight(0)).isEqualTo(100);
    }

    @Test
    void weight_slowStartTurnedOff_configuredWeightAtOnce() {
        addService("wlc", 100);
        add("192.168.0.1:80", 100);
        director.editService(VirtualService.builder(WEB).scheduler("wlc").build());
        assertThat(weight(0)).isEqualTo(100);
    }

    @Test
    void pick_everyWeightedScheduler_shareFollowsTheWeight() {
        for (String scheduler : List.of("wlc", "wrr", "sed", "sh", "mh", "mh-stable", "mh-bounded", "rendezvous")) {
            director.clear();
            addService(scheduler, 100);
            add("192.168.0.1:80", 50);
            advance(200);
            add("192.168.0.2:80", 50);
            advance(10);
            int early = shareOfSecond();
            advance(200);
            int late = shareOfSecond();
            assertThat(early).as(scheduler).isLessThan(200);
            assertThat(late).as(scheduler).isBetween(400, 600);
        }
    }

    /** How many of 1000 connections go to a server; all stay open until the last. */
    private int shareOfSecond() {
        List<Connection> open = new ArrayList<>();
        int second = 0;
        for (int i = 0; i < 1000; i++) {
            Connection connection = director.open(Flow.of(
                    Protocol.TCP,
                    Endpoint.parse("10." + i % 7 + "." + i / 250 + "." + i % 250 + ":" + (1000 + i)),
                    Endpoint.parse("10.0.0.1:80")));
            second += connection.server().endpoint().equals(Endpoint.parse("192.168.0.2:80")) ? 1 : 0;
            open.add(connection);
        }
        open.forEach(Connection::close);
        return second;
    }

    @Test
    void build_slowStartOutOfRange_refused() {
        assertThatThrownBy(() -> VirtualService.builder(WEB)
                        .slowStart(Duration.ofDays(2))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("172800")
                .hasMessageContaining("86400");
        assertThatThrownBy(() -> VirtualService.builder(WEB)
                        .slowStart(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void weight_serviceWithoutSlowStart_directorsDefault() {
        Director slow = Director.builder()
                .ticker(() -> nowNanos)
                .slowStart(Duration.ofSeconds(10))
                .build();
        slow.addService(
                VirtualService.builder(WEB).build(),
                RealServer.builder("192.168.0.1:80").weight(100).build());
        nowNanos += 5_000_000_000L;
        slow.advance();
        assertThat(slow.explain(CLIENT).candidates().get(0).weight()).isEqualTo(50);
    }

    @Test
    void build_slowStartLongerThanADay_refused() {
        assertThatThrownBy(
                        () -> Director.builder().slowStart(Duration.ofHours(25)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0..86400 s");
    }

    @Test
    void advance_schedulerOfAnotherServiceThrows_slowStartGoesOn(@TempDir Path directory) throws IOException {
        Director mixed = FaultyScheduler.directorBuilder(directory)
                .ticker(() -> nowNanos)
                .build();
        Duration minute = Duration.ofSeconds(60);
        RealServer heavy = RealServer.builder("192.168.0.1:80").weight(100).build();
        ServiceKey other = ServiceKey.tcp("10.0.0.2:80");
        mixed.addService(
                VirtualService.builder(other)
                        .scheduler(FaultyScheduler.NAME)
                        .slowStart(minute)
                        .build(),
                heavy);
        mixed.addService(
                VirtualService.builder(WEB).scheduler("wrr").slowStart(minute).build(), heavy);
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        List<Throwable> reported = new ArrayList<>();
        thread.setUncaughtExceptionHandler((in, e) -> reported.add(e));
        try {
            FaultyScheduler.failAfter(0, () -> new IllegalStateException("boom"));
            nowNanos += 30_000_000_000L;
            mixed.advance();
        } finally {
            FaultyScheduler.recover();
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(reported).isNotEmpty().allSatisfy(e -> assertThat(e).hasMessage("boom"));
        assertThat(mixed.explain(CLIENT).candidates().get(0).weight()).isEqualTo(50);
    }
}
