package org.lvs4j.examples.embedded;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Shows a director's meters to Prometheus. */
public final class MeteredPool {
    private MeteredPool() {}

    /** Places six connections, and prints what Prometheus reads about the connections of servers. */
    public static void main(String[] args) {
        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(
                VirtualService.builder(orders).scheduler("wrr").build(),
                RealServer.builder("10.0.0.11:5432").weight(2).build(),
                RealServer.builder("10.0.0.12:5432").weight(1).build());

        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (LvsMetrics metrics = LvsMetrics.of(director)) {
            metrics.bindTo(registry);
            for (int i = 0; i < 5; i++) {
                director.open(orders).close();
            }
            Connection open = director.open(orders);
            registry.scrape() // an HTTP server returns this as the page /metrics
                    .lines()
                    .filter(line -> line.matches(".*lvs_server_(current_)?connections.*"))
                    .forEach(System.out::println);
            open.close();
        }
    }
}
