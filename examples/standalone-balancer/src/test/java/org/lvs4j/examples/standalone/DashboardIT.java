package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.standalone.KnownMeters.Family;

/**
 * Every expression of the dashboard, of the rules and of {@code docs/metrics.md} is evaluated by a real Prometheus that scrapes two balancers: with one,
 * a match of series that is not one to one goes unnoticed.
 */
@Timeout(180)
final class DashboardIT {
    @TempDir
    private Path directory;

    @Test
    void expressions_twoBalancers_evaluatedAndAnswered() throws Exception {
        String page = KnownMeters.scrape();
        try (MetricsTarget one = MetricsTarget.start(() -> page);
                MetricsTarget two = MetricsTarget.start(() -> page);
                PrometheusServer prometheus =
                        PrometheusServer.start(directory, MetricsTarget.configuration(directory, one, two))) {
            // A rate needs two scrapes of each.
            prometheus.await("count(rate(lvs_connections_total[1m])) == 2");

            List<String> failed = new ArrayList<>();
            List<String> empty = new ArrayList<>();
            Map<String, Family> shown = KnownMeters.ofPage(page);
            for (Map.Entry<String, String> each : expressions().entrySet()) {
                String expression =
                        each.getValue().replace("$__rate_interval", "1m").replaceAll("\\$\\w+", ".*");
                try {
                    // A comparison leaves nothing where nothing is wrong.
                    boolean answered = !prometheus.query(expression).isEmpty();
                    boolean expected = !expression.matches("(?s).* (>|<|==) .*")
                            && Promql.parse(expression).selectors().stream()
                                    .allMatch(metric -> shown.containsKey(metric.name()));
                    if (!answered && expected) {
                        empty.add(each.getKey() + ": " + expression);
                    }
                } catch (IOException e) {
                    failed.add(each.getKey() + ": " + e.getMessage());
                }
            }

            assertThat(failed).isEmpty();
            assertThat(empty).isEmpty();
            assertThat(prometheus.evaluatedRules())
                    .allSatisfy(rule -> assertThat(rule.get("health").getAsString())
                            .as("%s", rule)
                            .isEqualTo("ok"));
        }
    }

    private static Map<String, String> expressions() throws IOException {
        Map<String, String> expressions = new LinkedHashMap<>(Dashboard.read().expressions());
        MonitoringNamesTest.documentedQueries().forEach(query -> expressions.put("docs/metrics.md " + query, query));
        return expressions;
    }
}
