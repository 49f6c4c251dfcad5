package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files for Prometheus, as its own tool reads and tests them. */
@Timeout(120)
final class PromtoolIT {
    private static final Path MONITORING = Path.of("monitoring");

    @TempDir
    private Path directory;

    private static Programs.Result promtool(Path directory, String... arguments)
            throws IOException, InterruptedException {
        String program = Programs.require("promtool", "prometheus").toString();
        ProcessBuilder builder = new ProcessBuilder(arguments).directory(directory.toFile());
        builder.command().add(0, program);
        return Programs.run(builder, "");
    }

    @Test
    void configuration_check_valid() throws Exception {
        assertThat(promtool(MONITORING, "check", "config", "prometheus.yml").outputOfSuccess())
                .contains("1 rule files found");
    }

    @Test
    void rules_check_allFound() throws Exception {
        int rules = AlertRules.read(MONITORING.resolve("rules.yml")).size();

        assertThat(promtool(MONITORING, "check", "rules", "rules.yml").outputOfSuccess())
                .contains(rules + " rules found");
    }

    @Test
    void rules_tests_pass() throws Exception {
        Programs.Result result = promtool(MONITORING, "test", "rules", "rules.test.yml");

        assertThat(result.exitCode())
                .as("%s%n%s", result.output(), result.error())
                .isZero();
    }

    @Test
    void rules_eachAlert_isTestedToFireAndToBeSilent() throws IOException {
        String tests = Files.readString(MONITORING.resolve("rules.test.yml"));
        List<String> alerts = AlertRules.read(MONITORING.resolve("rules.yml")).stream()
                .filter(AlertRules.Rule::alert)
                .map(AlertRules.Rule::name)
                .toList();
        Map<String, Long> silent = count(tests, "exp_alerts: \\[\\]");
        Map<String, Long> firing = count(tests, "exp_alerts:\n +- exp_labels:");

        assertThat(silent.keySet()).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(firing.keySet()).containsExactlyInAnyOrderElementsOf(alerts);
    }

    private static Map<String, Long> count(String tests, String expected) {
        return Pattern.compile("alertname: (\\w+)\n +eval_time: \\w+\n +" + expected)
                .matcher(tests)
                .results()
                .collect(Collectors.groupingBy(test -> test.group(1), Collectors.counting()));
    }

    /** The tests see what the rules do: another threshold makes them fail. */
    @Test
    void rules_thresholdChanged_testFails() throws Exception {
        String rules = Files.readString(MONITORING.resolve("rules.yml"));
        String changed = rules.replace(
                "instance:lvs_table_connections:ratio > 0.9", "instance:lvs_table_connections:ratio > 0.97");
        assertThat(changed).isNotEqualTo(rules);
        Files.writeString(directory.resolve("rules.yml"), changed);
        Files.copy(MONITORING.resolve("rules.test.yml"), directory.resolve("rules.test.yml"));

        Programs.Result result = promtool(directory, "test", "rules", "rules.test.yml");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output() + result.error()).contains("LvsTableNearlyFull");
    }

    /** Every expression of the dashboard is valid. Grafana's interval is replaced, its other variables are in strings. */
    @Test
    void dashboard_expressions_valid() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        List<String> expressions = List.copyOf(Dashboard.read().expressions().values());
        for (int i = 0; i < expressions.size(); i++) {
            rules.append("      - record: expression_" + i + "\n        expr: '")
                    .append(expressions.get(i).replace("$__rate_interval", "1m").replace("'", "''"))
                    .append("'\n");
        }
        Files.writeString(directory.resolve("dashboard.yml"), rules);

        assertThat(promtool(directory, "check", "rules", "dashboard.yml").outputOfSuccess())
                .contains(expressions.size() + " rules found");
    }
}
