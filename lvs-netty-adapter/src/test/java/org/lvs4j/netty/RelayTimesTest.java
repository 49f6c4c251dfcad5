package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;

/** The histograms of a relay. */
@Tag("slow")
final class RelayTimesTest {
    private static final String CONNECT = "lvs.relay.connect.time";
    private static final String FIRST_BYTE = "lvs.relay.first.byte.time";

    private static void exchange(Relay relay, boolean clientFirst) throws IOException {
        try (Socket client = Loopback.connect(relay)) {
            if (clientFirst) {
                client.getOutputStream().write(1);
            }
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    private static void awaitCount(Timer timer, long count) {
        Loopback.await("the count", () -> timer.count() == count);
    }

    @Test
    void timers_connectsAndAnswers_bucketsOfPrometheus() throws Exception {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (TestServer server = TestServer.start(socket -> {
                    socket.getInputStream().read();
                    Thread.sleep(300);
                    socket.getOutputStream().write(1);
                    socket.getInputStream().read();
                });
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.TCP)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(prometheus);
            exchange(relay, true);
            exchange(relay, true);
            awaitCount(prometheus.get(CONNECT).timer(), 2);
            awaitCount(prometheus.get(FIRST_BYTE).timer(), 2);
            List<String> lines = prometheus
                    .scrape()
                    .lines()
                    .filter(line -> line.contains("lvs_relay_first_byte_time_seconds"))
                    .toList();
            assertThat(lines)
                    .contains(
                            "# TYPE lvs_relay_first_byte_time_seconds histogram",
                            "lvs_relay_first_byte_time_seconds_bucket{le=\"1.0E-4\"} 0",
                            "lvs_relay_first_byte_time_seconds_bucket{le=\"0.25\"} 0",
                            "lvs_relay_first_byte_time_seconds_bucket{le=\"60.0\"} 2",
                            "lvs_relay_first_byte_time_seconds_bucket{le=\"+Inf\"} 2",
                            "lvs_relay_first_byte_time_seconds_count 2");
            assertThat(lines.stream().filter(line -> line.contains("_bucket"))).hasSize(19);
            assertThat(prometheus.scrape())
                    .contains(
                            "# TYPE lvs_relay_connect_time_seconds histogram",
                            "lvs_relay_connect_time_seconds_bucket{le=\"60.0\"} 2");
        }
    }

    @Test
    void timers_serverSpeaksFirst_fromItsConnectAndOfTheSimpleRegistry() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (TestServer server = TestServer.start(socket -> {
                    Thread.sleep(300);
                    socket.getOutputStream().write(1);
                    socket.getInputStream().read();
                });
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.TCP)
                        .start()) {
            RelayMetrics metrics = RelayMetrics.of(relay);
            metrics.bindTo(registry);
            exchange(relay, false);
            Timer timer = registry.get(FIRST_BYTE).timer();
            awaitCount(timer, 1);
            assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isGreaterThan(200);
            assertThat(registry.get(FIRST_BYTE + ".histogram")
                            .tag("le", "60")
                            .gauge()
                            .value())
                    .isOne();
            assertThat(registry.get(CONNECT).timer().count()).isOne();
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void timers_serverThatRefuses_onlyConnectsThatSucceedAreTimed() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (TestServer server = TestServer.start();
                Relay relay = Loopback.relay(Loopback.director(Loopback.closedPort(), server.address()), Protocol.TCP)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(registry);
            exchange(relay, true);
            awaitCount(registry.get(FIRST_BYTE).timer(), 1);
            assertThat(registry.get(CONNECT).timer().count()).isOne();
            assertThat(relay.snapshot().connectFailures()).isOne();
        }
    }

    @Test
    void record_withAndWithoutRegistries_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Relay relay = Loopback.relay(Director.create(), Protocol.TCP).start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            assertThat(allocated(threads, relay)).isLessThan(20_000);
            metrics.bindTo(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            metrics.bindTo(new SimpleMeterRegistry());
            assertThat(allocated(threads, relay)).isLessThan(20_000);
        }
    }

    /** The bytes that 10,000 records allocate, after as many to warm up; the smallest object has 16. */
    private static long allocated(ThreadMXBean threads, Relay relay) {
        long nanos = 0;
        long before = 0;
        for (int round = 0; round < 2; round++) {
            before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                nanos += 10_000;
                relay.connectTimes().record(nanos);
            }
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
