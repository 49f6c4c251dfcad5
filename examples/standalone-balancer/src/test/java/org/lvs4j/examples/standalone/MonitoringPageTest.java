package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alert rules say what an operator needs, and {@code docs/monitoring.md} names all of them and the rows of the dashboard. */
final class MonitoringPageTest {
    private static final Path PAGE = Path.of("../../docs/monitoring.md");

    private static List<AlertRules.Rule> alerts() throws IOException {
        return AlertRules.read(Path.of("monitoring/rules.yml")).stream()
                .filter(AlertRules.Rule::alert)
                .toList();
    }

    @Test
    void alerts_each_hasSeveritySummaryAndDescription() throws IOException {
        List<String> incomplete = alerts().stream()
                .filter(alert -> !List.of("critical", "warning", "info").contains(alert.severity())
                        || alert.lines().stream().noneMatch(line -> line.matches(" +summary: .*\\$labels\\.instance.*"))
                        || alert.lines().stream().noneMatch(line -> line.matches(" +description: .*\\.\"?")))
                .map(AlertRules.Rule::name)
                .toList();

        assertThat(alerts()).hasSizeGreaterThan(30);
        assertThat(incomplete).isEmpty();
        assertThat(alerts()).extracting(AlertRules.Rule::name).doesNotHaveDuplicates();
    }

    @Test
    void page_alerts_areThoseOfTheRulesWithTheirSeverity() throws IOException {
        List<String> documented = Pattern.compile("^\\| `(Lvsd?[A-Z]\\w+)` \\| (\\w+) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(alerts().stream()
                        .map(alert -> alert.name() + " " + alert.severity())
                        .toList());
    }

    @Test
    void page_dashboard_namesItsRowsInTheirOrder() throws IOException {
        String page = Files.readString(PAGE);
        Stream<String> rows = Dashboard.read().panels().stream()
                .filter(panel -> panel.get("type").getAsString().equals("row"))
                .map(panel -> panel.get("title").getAsString());
        List<String> documented = Pattern.compile("^\\| ([^|`]+) \\|", Pattern.MULTILINE)
                .matcher(page.substring(page.indexOf("\n## The dashboard")))
                .results()
                .map(row -> row.group(1))
                .filter(name -> !name.equals("row"))
                .toList();

        assertThat(documented).containsExactlyElementsOf(rows.toList());
    }
}
