package org.lvs4j.benchmarks.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results as a bar chart in SVG: for each row with a result of this library, one bar per other peer, from 1 to the
 * ratio of its cost to that of this library, on a logarithmic scale. Bars to the right cost more. The colours are
 * readable on light and dark pages.
 */
final class Chart {
    private static final int WIDTH = 900;
    private static final int LABEL = 330;
    private static final int RIGHT = 70;
    private static final int TOP = 64;
    private static final int BAR = 9;
    private static final int PITCH = 11;
    private static final int GAP = 9;
    private static final double[] TICKS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};
    private static final String TEXT = "#7d8590";
    private static final Map<String, String> COLOURS = Map.of(
            "PLAIN", "#6e7bd9",
            "CHM", "#d9822b",
            "CAFFEINE", "#a8662f",
            "OBJECTS", "#c2476b",
            "GRPC", "#3a9fbf",
            "ARMERIA", "#9a5fc4",
            "VERTX", "#5a9e4b");
    private static final String OTHER = "#8a8f98";

    /** Peers without a bar: the cost of the benchmark itself, and parts of this library. */
    private static final List<String> NOT_COMPARED = List.of(Goal.LVS4J, "NONE", "TABLE");

    private final StringBuilder svg = new StringBuilder();
    private double low = 0.5;
    private double high = 2;

    private Chart() {}

    /** The chart; empty if there is nothing to compare. */
    static String of(String title, Map<String, String> facts, List<Result> results) {
        Map<String, Map<String, Double>> rows = rows(results);
        return rows.isEmpty() ? "" : new Chart().draw(title, facts, rows);
    }

    /** The cost of each other peer as a multiple of this library's, by row and peer. */
    static Map<String, Map<String, Double>> rows(List<Result> results) {
        Map<String, Double> costs = new LinkedHashMap<>();
        for (Result result : results) {
            if (result.peer().equals(Goal.LVS4J)) {
                costs.put(label(result), result.cost());
            }
        }
        Map<String, Map<String, Double>> rows = new LinkedHashMap<>();
        for (Result result : results) {
            Double own = costs.get(label(result));
            // A pause shorter than a millisecond is measured as 0: there is no ratio.
            if (own != null && own > 0 && result.cost() > 0 && !NOT_COMPARED.contains(result.peer())) {
                rows.computeIfAbsent(label(result), key -> new LinkedHashMap<>())
                        .put(result.peer(), result.cost() / own);
            }
        }
        return rows;
    }

    private static String label(Result result) {
        List<String> words = new ArrayList<>();
        words.add(result.name().replaceAll("Benchmark\\..*", "").replace('.', ' '));
        result.setting().forEach((name, value) -> {
            switch (name) {
                case "connections" -> words.add(count(value));
                case "servers" -> words.add(value + " servers");
                case "slots" -> words.add(value + " slots");
                case "clock" -> words.add(value.equals("virtual") ? "" : value + " clock");
                default -> words.add(value.toLowerCase(Locale.ROOT));
            }
        });
        words.add(result.threads() == 1 ? "" : result.threads() + " threads");
        words.removeIf(String::isEmpty);
        return String.join(", ", words);
    }

    private static String count(String connections) {
        return connections.replaceAll("000000$", "M").replaceAll("000$", "k");
    }

    private String draw(String title, Map<String, String> facts, Map<String, Map<String, Double>> rows) {
        int bars = 0;
        Map<String, String> peers = new LinkedHashMap<>();
        for (Map<String, Double> row : rows.values()) {
            bars += row.size();
            for (Map.Entry<String, Double> bar : row.entrySet()) {
                peers.put(bar.getKey(), COLOURS.getOrDefault(bar.getKey(), OTHER));
                low = Math.min(low, bar.getValue() / 1.2);
                high = Math.max(high, bar.getValue() * 1.2);
            }
        }
        int bottom = TOP + bars * PITCH + rows.size() * GAP;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"11\" fill=\"%s\">%n",
                WIDTH,
                bottom + 44,
                WIDTH,
                bottom + 44,
                TEXT));
        text(8, 18, "start", 14, title);
        text(
                8,
                34,
                "start",
                11,
                "Cost as a multiple of lvs4j's in the same row; right of the line: costs more than lvs4j.");
        legend(peers);
        scale(bottom);
        int y = TOP;
        for (Map.Entry<String, Map<String, Double>> row : rows.entrySet()) {
            text(LABEL - 8, y + row.getValue().size() * PITCH / 2 + 4, "end", 11, row.getKey());
            for (Map.Entry<String, Double> bar : row.getValue().entrySet()) {
                bar(y, bar.getValue(), peers.get(bar.getKey()));
                y += PITCH;
            }
            y += GAP;
        }
        text(8, bottom + 22, "start", 10, facts.getOrDefault("Command", ""));
        text(8, bottom + 36, "start", 10, machine(facts));
        return svg.append("</svg>\n").toString();
    }

    private static String machine(Map<String, String> facts) {
        List<String> words = new ArrayList<>();
        for (String name : List.of("CPU", "Cores", "Kernel", "JDK", "Date")) {
            String value = facts.get(name);
            if (value != null) {
                words.add(name.equals("Cores") ? value + " cores" : value);
            }
        }
        return String.join(" · ", words);
    }

    private void legend(Map<String, String> peers) {
        int x = LABEL;
        for (Map.Entry<String, String> peer : peers.entrySet()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"43\" width=\"9\" height=\"9\" fill=\"%s\"/>%n",
                    x,
                    peer.getValue()));
            text(x + 13, 51, "start", 11, peer.getKey());
            x += 30 + 8 * peer.getKey().length();
        }
    }

    private void scale(int bottom) {
        for (double tick : TICKS) {
            if (tick >= low && tick <= high) {
                double x = x(tick);
                svg.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-opacity=\"%s\"/>%n",
                        x,
                        x,
                        TOP - 4,
                        bottom,
                        TEXT,
                        tick == 1 ? "1" : "0.25"));
                text(
                        x,
                        bottom + 10,
                        "middle",
                        10,
                        (tick < 1 ? String.valueOf(tick) : String.format("%.0f", tick)) + "×");
            }
        }
    }

    private void bar(int y, double ratio, String colour) {
        double from = x(Math.min(1, ratio));
        double to = x(Math.max(1, ratio));
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                from,
                y,
                Math.max(1, to - from),
                BAR,
                colour));
        String number = String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%.0f", ratio);
        text(ratio < 1 ? from - 3 : to + 3, y + 8, ratio < 1 ? "end" : "start", 9, number);
    }

    private double x(double ratio) {
        double share = (Math.log(ratio) - Math.log(low)) / (Math.log(high) - Math.log(low));
        return LABEL + share * (WIDTH - LABEL - RIGHT);
    }

    private void text(double x, int y, String anchor, int size, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>%n",
                x,
                y,
                anchor,
                size,
                words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }
}
