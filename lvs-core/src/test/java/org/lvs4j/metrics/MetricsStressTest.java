package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.metrics.MetricsFixture.WEB;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** Changes of the configuration, traffic, resets, bindings and scrapes at the same time. */
@Tag("slow")
final class MetricsStressTest {
    private static final int CHANGES = 4_000;
    private static final int SERVERS = 20;
    private static final int FEW = 8;

    private final Director director = Director.builder().linger(false).build();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final LvsMetrics metrics = LvsMetrics.of(director);
    private final MeterRegistry fewRegistry = new SimpleMeterRegistry();
    private final LvsMetrics few = LvsMetrics.builder(director).maxServers(FEW).build();
    private final AtomicBoolean done = new AtomicBoolean();

    private static RealServer server(int number) {
        return RealServer.of("192.168.1." + number + ":8080");
    }

    @Test
    void changesAndScrapes_atTheSameTime_endWithTheMetersOfTheServersThatAreLeft() throws Exception {
        director.addService(VirtualService.of(WEB));
        metrics.bindTo(registry);
        few.bindTo(fewRegistry);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> others = new ArrayList<>();
            others.add(threads.submit(untilDone(this::openOne)));
            others.add(threads.submit(untilDone(director::resetCounters)));
            others.add(threads.submit(untilDone(this::bindAndCloseOne)));
            Map<Meter.Id, Double> counts = new HashMap<>();
            others.add(threads.submit(untilDone(() -> readCounters(counts))));
            Future<?> first = threads.submit(() -> change(1));
            Future<?> second = threads.submit(() -> change(2));
            first.get(2, TimeUnit.MINUTES);
            second.get(2, TimeUnit.MINUTES);
            done.set(true);
            for (Future<?> other : others) {
                other.get(1, TimeUnit.MINUTES);
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }

        Set<String> servers = director.service(WEB).servers().stream()
                .map(each -> each.server().endpoint().toString())
                .collect(Collectors.toSet());
        assertThat(metered(registry)).isEqualTo(servers);
        assertThat(servers).containsAll(metered(fewRegistry));
        assertThat(metered(fewRegistry)).hasSize(Math.min(FEW, servers.size()));
        assertThat(MetricsFixture.gauge(fewRegistry, "lvs.unmetered.servers"))
                .isEqualTo(Math.max(0, servers.size() - FEW));
        few.close();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
        assertThat(registry.scrape()).doesNotContain("lvs_");
        assertThat(fewRegistry.getMeters()).isEmpty();
    }

    private static Set<String> metered(MeterRegistry registry) {
        return registry.find("lvs.server.weight").meters().stream()
                .map(each -> String.valueOf(each.getId().getTag("real.server")))
                .collect(Collectors.toSet());
    }

    private Callable<Void> untilDone(Runnable step) {
        return () -> {
            while (!done.get()) {
                step.run();
            }
            return null;
        };
    }

    private void openOne() {
        try (Connection connection = director.open(WEB)) {
            if (connection.accepted()) {
                connection.received(10);
            }
        }
    }

    private void bindAndCloseOne() {
        MeterRegistry other = new SimpleMeterRegistry();
        try (LvsMetrics further = LvsMetrics.of(director)) {
            further.bindTo(other);
            assertThat(other.getMeters()).isNotEmpty();
        }
        assertThat(other.getMeters()).isEmpty();
    }

    /** No counter decreases, neither of a server that leaves and returns nor when the director's are reset. */
    private void readCounters(Map<Meter.Id, Double> counts) {
        assertThat(registry.scrape()).contains("lvs_connections_total");
        Map<Meter, Double> read = new IdentityHashMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter instanceof FunctionCounter counter) {
                read.put(meter, counter.count());
            }
        }
        // One that was removed meanwhile may show an older value.
        Set<Meter> left = Collections.newSetFromMap(new IdentityHashMap<>());
        left.addAll(registry.getMeters());
        read.keySet().retainAll(left);
        read.forEach((meter, now) -> {
            Double before = counts.put(meter.getId(), now);
            assertThat(now).as("%s", meter.getId()).isGreaterThanOrEqualTo(before == null ? 0 : before);
        });
    }

    private void change(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < CHANGES; i++) {
            int number = 1 + random.nextInt(SERVERS);
            Endpoint endpoint = server(number).endpoint();
            try {
                if (random.nextBoolean()) {
                    director.addServer(WEB, server(number));
                } else {
                    director.removeServer(WEB, endpoint);
                }
            } catch (DirectorException e) {
                assertThat(e.reason())
                        .isIn(DirectorException.Reason.SERVER_EXISTS, DirectorException.Reason.NO_SUCH_SERVER);
            }
        }
    }
}
