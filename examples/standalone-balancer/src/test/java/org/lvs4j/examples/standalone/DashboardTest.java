package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The form of the dashboard, as Grafana needs it. */
final class DashboardTest {
    private static final int COLUMNS = 24;
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)[^}]*\\}|(\\w+))");

    private Dashboard dashboard;

    @BeforeEach
    void read() throws IOException {
        dashboard = Dashboard.read();
    }

    private static String name(JsonObject panel) {
        return panel.get("id") + " " + panel.get("title").getAsString();
    }

    private static boolean isRow(JsonObject panel) {
        return panel.get("type").getAsString().equals("row");
    }

    @Test
    void panels_ids_differ() {
        assertThat(dashboard.panels()).hasSizeGreaterThan(40);
        assertThat(dashboard.panels())
                .extracting(panel -> panel.get("id").getAsInt())
                .doesNotHaveDuplicates();
    }

    @Test
    void panels_positions_withinTheGridAndWithoutOverlap() {
        List<String> wrong = new ArrayList<>();
        List<JsonObject> panels = dashboard.panels();
        for (int i = 0; i < panels.size(); i++) {
            Position one = Position.of(panels.get(i));
            if (one.x < 0 || one.width < 1 || one.height < 1 || one.x + one.width > COLUMNS) {
                wrong.add(name(panels.get(i)) + " leaves the grid");
            }
            for (JsonObject other : panels.subList(i + 1, panels.size())) {
                if (one.overlaps(Position.of(other))) {
                    wrong.add(name(panels.get(i)) + " overlaps " + name(other));
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void overlaps_positions_sharedCellsOnly() {
        Position one = new Position(8, 4, 8, 8);

        assertThat(one.overlaps(new Position(15, 11, 8, 8))).isTrue();
        assertThat(one.overlaps(new Position(16, 4, 8, 8))).isFalse();
        assertThat(one.overlaps(new Position(8, 12, 8, 8))).isFalse();
    }

    @Test
    void panels_text_eachHasTitleDescriptionAndUnit() {
        List<String> wrong = new ArrayList<>();
        for (JsonObject panel : dashboard.panels()) {
            if (panel.get("title").getAsString().isBlank()) {
                wrong.add(name(panel) + ": no title");
            }
            if (!isRow(panel) && !panel.get("description").getAsString().endsWith(".")) {
                wrong.add(name(panel) + ": no description");
            }
            JsonObject defaults = isRow(panel)
                    ? new JsonObject()
                    : panel.getAsJsonObject("fieldConfig").getAsJsonObject("defaults");
            if (!isRow(panel) && !defaults.has("unit") && !defaults.has("mappings")) {
                wrong.add(name(panel) + ": no unit");
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void panels_targets_eachHasExpressionLegendAndDataSource() {
        List<String> wrong = new ArrayList<>();
        for (JsonObject panel : dashboard.panels()) {
            List<JsonObject> targets = Dashboard.targets(panel);
            if (!isRow(panel) && targets.isEmpty()) {
                wrong.add(name(panel) + ": no target");
            }
            for (JsonObject target : targets) {
                if (target.get("expr").getAsString().isBlank()
                        || target.get("legendFormat").getAsString().isBlank()) {
                    wrong.add(name(panel) + ": no expression or legend");
                }
                if (!target.getAsJsonObject("datasource")
                        .get("uid")
                        .getAsString()
                        .equals("${datasource}")) {
                    wrong.add(name(panel) + ": another data source");
                }
            }
            if (targets.stream().map(target -> target.get("refId")).distinct().count() != targets.size()) {
                wrong.add(name(panel) + ": a refId twice");
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void legends_labels_areThoseOfTheGrouping() {
        List<String> wrong = new ArrayList<>();
        Pattern label = Pattern.compile("\\{\\{ *(\\w+) *\\}\\}");
        for (JsonObject panel : dashboard.panels()) {
            for (JsonObject target : Dashboard.targets(panel)) {
                Promql expression = Promql.parse(target.get("expr").getAsString());
                List<Promql.Grouping> kept = expression.groupings().stream()
                        .filter(grouping -> grouping.keyword().equals("by"))
                        .toList();
                Matcher used = label.matcher(target.get("legendFormat").getAsString());
                while (used.find()) {
                    if (!kept.isEmpty() && !kept.get(0).labels().contains(used.group(1))) {
                        wrong.add(name(panel) + ": " + used.group(1) + " is not in " + target.get("expr"));
                    }
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void variables_used_areDefinedBeforeTheirUse() {
        Set<String> defined = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (JsonObject variable : dashboard.variables()) {
            undefined(variable.toString(), defined).forEach(name -> wrong.add(variable.get("name") + ": " + name));
            defined.add(variable.get("name").getAsString());
        }
        undefined(dashboard.text(), defined).forEach(name -> wrong.add("dashboard: " + name));

        assertThat(defined).contains("datasource", "job", "instance", "service");
        assertThat(wrong).isEmpty();
    }

    private static List<String> undefined(String text, Set<String> defined) {
        return VARIABLE.matcher(text)
                .results()
                .map(use -> use.group(1) == null ? use.group(2) : use.group(1))
                // Those of Grafana, such as $__rate_interval and $__all.
                .filter(name -> !name.startsWith("__") && !defined.contains(name))
                .distinct()
                .toList();
    }

    @Test
    void overrides_namedFields_exist() {
        List<String> wrong = new ArrayList<>();
        for (JsonObject panel : dashboard.panels()) {
            if (isRow(panel) || !panel.has("transformations")) {
                continue;
            }
            Set<String> fields = new TreeSet<>();
            JsonObject options = panel.getAsJsonArray("transformations")
                    .get(1)
                    .getAsJsonObject()
                    .getAsJsonObject("options");
            options.getAsJsonObject("renameByName")
                    .entrySet()
                    .forEach(each -> fields.add(each.getValue().getAsString()));
            for (JsonElement override : panel.getAsJsonObject("fieldConfig").getAsJsonArray("overrides")) {
                String field = override.getAsJsonObject()
                        .getAsJsonObject("matcher")
                        .get("options")
                        .getAsString();
                if (!fields.contains(field)) {
                    wrong.add(name(panel) + ": no column " + field);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void panels_order_fromTopToBottom() {
        assertThat(dashboard.panels())
                .extracting(Position::of)
                .isSortedAccordingTo(Comparator.comparingInt(Position::y).thenComparingInt(Position::x));
    }

    /** The place of a panel in the grid. */
    private record Position(int x, int y, int width, int height) {
        static Position of(JsonObject panel) {
            JsonObject at = panel.getAsJsonObject("gridPos");
            return new Position(
                    at.get("x").getAsInt(),
                    at.get("y").getAsInt(),
                    at.get("w").getAsInt(),
                    at.get("h").getAsInt());
        }

        boolean overlaps(Position other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }
    }
}
