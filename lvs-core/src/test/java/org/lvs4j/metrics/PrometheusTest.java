package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.metrics.MetricsFixture.APPLE;
import static org.lvs4j.metrics.MetricsFixture.WEB;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

/** What Prometheus reads. */
final class PrometheusTest {
    private static final String SERVER =
            "lvs_server_connections_total{real_server=\"192.168.1.1:8080\",virtual_service=\"TCP 10.0.0.1:80\"} ";

    private final MetricsFixture fixture = MetricsFixture.ofOneServer();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void scrape_trafficOfAServer_labelledByServiceAndServer() {
        LvsMetrics.of(fixture.director).bindTo(registry);
        fixture.open(3);

        assertThat(registry.scrape().lines())
                .contains(
                        "# HELP lvs_server_connections_total Connections scheduled",
                        "# TYPE lvs_server_connections_total counter",
                        SERVER + "3.0",
                        "lvs_service_connections_total{virtual_service=\"TCP 10.0.0.1:80\"} 3.0",
                        "lvs_connections_total 3.0",
                        "lvs_server_bytes_total{direction=\"in\",real_server=\"192.168.1.1:8080\","
                                + "virtual_service=\"TCP 10.0.0.1:80\"} 3000.0",
                        "# TYPE lvs_table_connections gauge",
                        "lvs_table_max_connections 4194304.0",
                        "lvs_services 1.0");
    }

    @Test
    void scrape_serverLeavesAndReturns_counterDoesNotDecrease() {
        LvsMetrics.of(fixture.director).bindTo(registry);
        fixture.open(3);
        assertThat(registry.scrape()).contains(SERVER + "3.0");
        fixture.director.removeServer(WEB, APPLE.endpoint());
        assertThat(registry.scrape()).doesNotContain("lvs_server_");
        fixture.forgetRemovedServers();
        fixture.director.addServer(WEB, APPLE);
        assertThat(registry.scrape()).contains(SERVER + "3.0");
        fixture.open(1);

        assertThat(registry.scrape()).contains(SERVER + "4.0");
    }
}
