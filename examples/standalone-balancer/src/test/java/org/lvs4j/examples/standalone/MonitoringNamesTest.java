package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.standalone.KnownMeters.Family;
import org.lvs4j.examples.standalone.Promql.Grouping;
import org.lvs4j.examples.standalone.Promql.LabelMatcher;
import org.lvs4j.examples.standalone.Promql.Selector;

/**
 * The metrics, labels and fixed label values in the alert rules, the dashboard and the examples of queries exist: real binders show them, or
 * {@code docs/metrics.md} documents them. Values of labels are looked up only where the binders have a fixed set of them, and only
 * in matchers of plain alternatives. Whether an expression means what its title says, this does not see.
 */
@Tag("slow")
final class MonitoringNamesTest {
    private static final Path METRICS = Path.of("../../docs/metrics.md");
    private static final Path RULES = Path.of("monitoring/rules.yml");

    /** Labels that Prometheus adds to every metric. */
    private static final Set<String> OF_TARGETS = Set.of("job", "instance");

    private static final Set<String> FIXED_VALUES =
            Set.of("area", "check", "direction", "kind", "phase", "reason", "result", "state");

    private static Map<String, Family> known;

    @BeforeAll
    static void readMeters() throws Exception {
        known = new LinkedHashMap<>(KnownMeters.ofPrometheus());
        known.putAll(KnownMeters.ofDocumentation(METRICS));
        known.putAll(KnownMeters.ofPage(KnownMeters.scrape()));
    }

    @Test
    void rules_names_exist() throws IOException {
        Map<String, Family> withRecorded = new HashMap<>(known);
        List<String> problems = new ArrayList<>();
        List<AlertRules.Rule> rules = AlertRules.read(RULES);
        for (AlertRules.Rule rule : rules) {
            problems.addAll(problems(rule.name(), rule.expression(), withRecorded));
            if (!rule.alert()) {
                Set<String> labels = new HashSet<>();
                for (Selector metric : Promql.parse(rule.expression()).selectors()) {
                    labels.addAll(withRecorded
                            .getOrDefault(metric.name(), new Family(Map.of()))
                            .labels()
                            .keySet());
                }
                KnownMeters.add(withRecorded, rule.name(), labels);
            }
        }

        assertThat(rules).hasSizeGreaterThan(30);
        assertThat(problems).isEmpty();
    }

    @Test
    void dashboard_names_exist() throws IOException {
        List<String> problems = new ArrayList<>();
        Map<String, String> expressions = Dashboard.read().expressions();
        expressions.forEach((place, expression) -> problems.addAll(problems(place, expression, known)));

        assertThat(expressions).hasSizeGreaterThan(50);
        assertThat(problems).isEmpty();
    }

    @Test
    void dashboard_variables_labelsExist() throws IOException {
        List<String> problems = new ArrayList<>();
        Pattern query = Pattern.compile("label_values\\((.*), *(\\w+)\\)", Pattern.DOTALL);
        for (JsonObject variable : Dashboard.read().variables()) {
            if (variable.get("type").getAsString().equals("query")) {
                String text = variable.getAsJsonObject("query").get("query").getAsString();
                Matcher parts = query.matcher(text);
                assertThat(parts.matches()).as(text).isTrue();
                problems.addAll(problems(
                        "variable " + variable.get("name"),
                        "sum by (" + parts.group(2) + ") (" + parts.group(1) + ")",
                        known));
            }
        }

        assertThat(problems).isEmpty();
    }

    @Test
    void documentedQueries_names_exist() throws IOException {
        List<String> queries = documentedQueries();
        List<String> problems = new ArrayList<>();
        queries.forEach(query -> problems.addAll(problems("docs/metrics.md", query, known)));

        assertThat(queries).hasSizeGreaterThan(5);
        assertThat(problems).isEmpty();
    }

    @Test
    void dashboard_everyDocumentedMeter_shown() throws IOException {
        Set<String> shown = new HashSet<>();
        Dashboard.read()
                .expressions()
                .values()
                .forEach(
                        expression -> Promql.parse(expression).selectors().forEach(metric -> shown.add(metric.name())));
        Set<String> missing = new TreeSet<>(KnownMeters.ofDocumentation(METRICS).keySet());
        missing.removeIf(name -> shown.contains(name) || shown.contains(name + "_bucket"));
        missing.removeIf(name -> name.matches(".*_(bucket|sum|count)"));
        // Those of the estimator are shown for each service.
        missing.removeIf(name -> name.matches("lvs(_service)?_(connections|packets|bytes)_per_second"));
        missing.removeIf(name -> name.matches("lvs_health_(servers|services)|lvs_server_packets_total"));

        assertThat(missing).isEmpty();
    }

    @Test
    void problems_mistyped_found() {
        assertThat(problems("lvs_relay_accepted_conections_total")).containsExactly("no metric");
        assertThat(problems("rate(lvs_connections[1m])")).containsExactly("no metric");
        assertThat(problems("lvs_drains{phases=\"draining\"}")).containsExactly("no label phases");
        assertThat(problems("lvs_drains{phase=~\"draining|drianed\"}")).containsExactly("no value drianed of phase");
        assertThat(problems("rate(lvs_relay_reset_connections_total{reason=\"no_server\"}[5m])"))
                .containsExactly("no value no_server of reason");
        assertThat(problems("sum by (service) (lvs_service_servers)")).containsExactly("no label service");
        assertThat(problems("sum(lvs_service_servers) by (service)")).containsExactly("no label service");
        assertThat(problems("lvs_server_weight / on (virtual_service) group_left lvs_relay_retries_total"))
                .containsExactly("no label virtual_service");
        assertThat(problems("lvs_services # lvs_nothing")).isEmpty();
        assertThat(problems("sum by (instance) (lvs_services) / sum by (virtual_service) (lvs_service_servers)"))
                .isEmpty();
        assertThat(problems("label_replace(lvs_services, \"a\", \"$1\", \"job\", \"lvs_nothing\")"))
                .isEmpty();
    }

    private static List<String> problems(String expression) {
        return problems("", expression, known).stream()
                .map(problem -> problem.replaceFirst("^: \\S+: ", ""))
                .toList();
    }

    /** What an expression names that does not exist. */
    private static List<String> problems(String place, String expression, Map<String, Family> families) {
        Promql promql = Promql.parse(expression);
        List<String> problems = new ArrayList<>();
        for (Selector metric : promql.selectors()) {
            String at = place + ": " + metric.name() + ": ";
            Family family = families.get(metric.name());
            if (family == null) {
                problems.add(at + "no metric");
                continue;
            }
            for (LabelMatcher matcher : metric.matchers()) {
                if (!has(family, matcher.label())) {
                    problems.add(at + "no label " + matcher.label());
                } else {
                    missingValues(family, matcher)
                            .forEach(value -> problems.add(at + "no value " + value + " of " + matcher.label()));
                }
            }
        }
        for (Grouping grouping : promql.groupings()) {
            for (String label : grouping.labels()) {
                List<Selector> without = grouping.over().stream()
                        .filter(metric -> families.containsKey(metric.name()))
                        .filter(metric -> !has(families.get(metric.name()), label))
                        .toList();
                // The labels that group_left copies are on one side only.
                boolean copied = grouping.keyword().startsWith("group_")
                        && without.size() < grouping.over().size();
                if (!copied) {
                    without.forEach(metric -> problems.add(place + ": " + metric.name() + ": no label " + label));
                }
            }
        }
        return problems;
    }

    private static boolean has(Family family, String label) {
        return OF_TARGETS.contains(label) || family.labels().containsKey(label);
    }

    private static List<String> missingValues(Family family, LabelMatcher matcher) {
        Set<String> values = family.labels().getOrDefault(matcher.label(), Set.of());
        boolean fixed = FIXED_VALUES.contains(matcher.label()) && !values.isEmpty();
        if (!fixed || !matcher.value().matches("[\\w.|]+")) {
            return List.of();
        }
        return List.of(matcher.value().split("\\|")).stream()
                .filter(value -> !values.contains(value))
                .toList();
    }

    /** The expressions below the heading Queries. A line that is not indented begins one. */
    static List<String> documentedQueries() throws IOException {
        String page = Files.readString(METRICS);
        String block = page.substring(page.indexOf("\n## Queries")).split("```")[1];
        List<String> queries = new ArrayList<>();
        for (String line : block.split("\n")) {
            if (line.startsWith(" ")) {
                queries.set(queries.size() - 1, queries.get(queries.size() - 1) + "\n" + line);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                queries.add(line);
            }
        }
        return queries;
    }
}
