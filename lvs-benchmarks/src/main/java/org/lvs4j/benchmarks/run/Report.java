package org.lvs4j.benchmarks.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Results as a Markdown page: facts, goals, then a table per benchmark with a row per setting and a column per peer.
 */
final class Report {
    private final StringBuilder page = new StringBuilder();
    private final String baseline;

    private Report(String baseline) {
        this.baseline = baseline;
    }

    /**
     * Writes the page.
     *
     * @param baseline the peer that others are compared with
     * @param goals those that were measured are shown before the tables
     */
    static String of(String title, Map<String, String> facts, String baseline, List<Goal> goals, List<Result> results) {
        Report report = new Report(baseline);
        report.page.append("# ").append(title).append("\n\n| | |\n|---|---|\n");
        facts.forEach((name, value) -> report.row(List.of(name, value)));
        report.goals(goals, results);
        Map<String, List<Result>> byBenchmark = new LinkedHashMap<>();
        for (Result result : results) {
            String unit = result.primaryMetric().scoreUnit();
            byBenchmark
                    .computeIfAbsent(result.name() + ", " + unit, key -> new ArrayList<>())
                    .add(result);
        }
        byBenchmark.forEach(report::table);
        return report.page.toString();
    }

    private void goals(List<Goal> goals, List<Result> results) {
        boolean any = false;
        for (Goal goal : goals) {
            Goal.Reached reached = goal.reached(results).orElse(null);
            if (reached == null) {
                continue;
            }
            if (!any) {
                page.append(
                        "\n## Goals\n\nBy processor time where measured. In brackets the two values of the ratio.\n\n");
                row(List.of("row", "goal", "reached", ""));
                page.append("|---|---|---|---|\n");
                any = true;
            }
            row(List.of(goal.row(), goal.text(), reached.text(), reached.met() ? "met" : "**missed**"));
        }
    }

    private void table(String heading, List<Result> results) {
        Set<String> peers = new LinkedHashSet<>();
        Map<Row, Map<String, Result>> rows = new LinkedHashMap<>();
        for (Result result : results) {
            peers.add(result.peer());
            rows.computeIfAbsent(new Row(result.setting(), result.threads()), key -> new LinkedHashMap<>())
                    .put(result.peer(), result);
        }
        boolean compared = peers.contains(baseline) && peers.size() > 1;
        page.append("\n## ").append(heading).append("\n\n");
        boolean timed = results.stream().anyMatch(result -> result.cpuNanos() != null);
        page.append("Each cell: median of all iterations (lowest – highest)");
        boolean ofProcess = results.stream().anyMatch(Result::ofProcess);
        page.append(timed ? ", processor time of an operation in ns (cpu" : "");
        page.append(ofProcess ? ", of the whole process)" : timed ? ")" : "");
        page.append(
                results.stream().anyMatch(result -> result.allocatedBytes() != null) ? ", bytes allocated by it" : "");
        page.append(compared ? ", and the " + (timed ? "processor time" : "median") + " as a multiple of " : "");
        page.append(compared ? baseline + "'s in the same row.\n\n" : ".\n\n");

        List<String> header = new ArrayList<>(results.get(0).setting().keySet());
        header.add("threads");
        header.addAll(peers);
        row(header);
        page.append("|---".repeat(header.size())).append("|\n");
        rows.forEach((row, byPeer) -> {
            List<String> cells = new ArrayList<>(row.setting.values());
            cells.add(String.valueOf(row.threads));
            for (String peer : peers) {
                cells.add(cell(byPeer.get(peer), compared ? byPeer.get(baseline) : null));
            }
            row(cells);
        });
    }

    private static String cell(@Nullable Result result, @Nullable Result base) {
        if (result == null) {
            return "";
        }
        Result.Metric metric = result.primaryMetric();
        double[] iterations = metric.iterations();
        StringBuilder cell = new StringBuilder(number(metric.median()));
        if (iterations.length > 1) {
            cell.append(" (").append(number(iterations[0]));
            cell.append(" – ").append(number(iterations[iterations.length - 1])).append(')');
        }
        Double cpu = result.cpuNanos();
        if (cpu != null) {
            cell.append(", cpu ").append(number(cpu));
        }
        Double bytes = result.allocatedBytes();
        if (bytes != null) {
            cell.append(", ").append(String.format(Locale.ROOT, "%.0f B", bytes));
        }
        if (base != null && base != result) {
            double ratio = result.cost() / base.cost();
            cell.append(String.format(Locale.ROOT, ", **%.2f ×**", ratio));
        }
        return cell.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.1f" : "%,.0f", value);
    }

    private void row(Collection<String> cells) {
        for (String cell : cells) {
            page.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        page.append("|\n");
    }

    private record Row(Map<String, String> setting, int threads) {}
}
