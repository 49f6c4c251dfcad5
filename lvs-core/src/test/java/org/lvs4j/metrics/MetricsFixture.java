package org.lvs4j.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.RequiredSearch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A director on a virtual clock with the services of a test, and short ways to read a registry. */
final class MetricsFixture {
    static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    static final ServiceKey DNS = ServiceKey.udp("10.0.0.1:53");
    static final RealServer APPLE = RealServer.of("192.168.1.1:8080");
    static final RealServer BANANA = RealServer.of("192.168.1.2:8080");
    static final String[] OF_WEB = {"virtual.service", "TCP 10.0.0.1:80"};
    static final String[] OF_APPLE = {"virtual.service", "TCP 10.0.0.1:80", "real.server", "192.168.1.1:8080"};

    final AtomicLong clock = new AtomicLong();
    final Director director =
            Director.builder().ticker(clock::get).linger(false).build();

    /** A director with one service of one server. */
    static MetricsFixture ofOneServer() {
        MetricsFixture fixture = new MetricsFixture();
        fixture.director.addService(VirtualService.of(WEB), APPLE);
        return fixture;
    }

    /** Opens and closes connections. */
    void open(int connections) {
        for (int i = 0; i < connections; i++) {
            try (Connection connection = director.open(WEB)) {
                connection.received(1000);
            }
        }
    }

    /** Lets so much time pass that a removed server without connections is forgotten with its counters. */
    void forgetRemovedServers() {
        for (int i = 0; i < 10; i++) {
            clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
            director.advance();
        }
    }

    static double count(MeterRegistry registry, String name, String... tags) {
        return search(registry, name, tags).functionCounter().count();
    }

    static double gauge(MeterRegistry registry, String name, String... tags) {
        return search(registry, name, tags).gauge().value();
    }

    static boolean has(MeterRegistry registry, String name, String... tags) {
        Meter meter = registry.find(name).tags(tags).meter();
        return meter != null;
    }

    private static RequiredSearch search(MeterRegistry registry, String name, String... tags) {
        return registry.get(name).tags(tags);
    }
}
