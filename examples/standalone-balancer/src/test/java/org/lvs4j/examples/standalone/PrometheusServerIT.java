package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A real Prometheus that scrapes a director's meters with the configuration and the rules for it. */
@Timeout(180)
final class PrometheusServerIT {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    @TempDir
    private Path directory;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Director director = Director.create();
    private final LvsMetrics metrics = LvsMetrics.of(director);
    private MetricsTarget target;

    @BeforeEach
    void serve() throws IOException {
        metrics.bindTo(registry);
        director.addService(
                VirtualService.of(ORDERS), RealServer.of("10.0.0.11:5432"), RealServer.of("10.0.0.12:5432"));
        target = MetricsTarget.start(registry::scrape);
    }

    @AfterEach
    void stop() {
        target.close();
        metrics.close();
        registry.close();
    }

    @Test
    void scrape_directorsMeters_answeredAndRulesEvaluated() throws Exception {
        try (PrometheusServer prometheus =
                PrometheusServer.start(directory, MetricsTarget.configuration(directory, target))) {
            List<PrometheusServer.Sample> servers = prometheus.await("lvs_servers");
            assertThat(servers).singleElement().satisfies(sample -> {
                assertThat(sample.value()).isEqualTo(2);
                assertThat(sample.labels()).containsEntry("job", "lvsd");
            });
            director.open(ORDERS).close();
            prometheus.await(
                    "sum by (virtual_service) (lvs_server_connections_total{virtual_service=\"orders\"}) == 1");

            List<JsonObject> rules = prometheus.evaluatedRules();
            assertThat(rules).hasSameSizeAs(AlertRules.read(Path.of("monitoring/rules.yml")));
            assertThat(rules).allSatisfy(rule -> {
                assertThat(rule.get("health").getAsString()).as("%s", rule).isEqualTo("ok");
                assertThat(rule.has("lastError")).isFalse();
            });
            assertThat(prometheus.query("instance:lvs_table_connections:ratio")).hasSize(1);
        }
    }

    @Test
    void alert_serviceLosesItsServers_pendingThenGone() throws Exception {
        try (PrometheusServer prometheus =
                PrometheusServer.start(directory, MetricsTarget.configuration(directory, target))) {
            prometheus.await("lvs_service_available_servers == 2");
            director.removeServer(ORDERS, RealServer.of("10.0.0.11:5432").endpoint());
            director.removeServer(ORDERS, RealServer.of("10.0.0.12:5432").endpoint());
            assertThat(prometheus.await("ALERTS{alertname=\"LvsServiceWithoutServers\"}"))
                    .singleElement()
                    .satisfies(alert -> assertThat(alert.labels())
                            .containsEntry("virtual_service", "orders")
                            .containsEntry("severity", "critical"));
            director.addServer(ORDERS, RealServer.of("10.0.0.11:5432"));
            prometheus.await("absent(ALERTS{alertname=\"LvsServiceWithoutServers\"})");
        }
    }
}
