package org.lvs4j.examples.standalone.top;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.lvs4j.examples.standalone.top.Snapshot.Figures;

/** The lines above the table: what the whole daemon does. Stateless. */
final class Header {
    private static final int GRAPH = 60;

    private Header() {}

    /** So many lines; the most important facts are in the first ones. */
    static List<AttributedString> draw(View view, int count, int width, Theme theme) {
        List<AttributedString> lines = new ArrayList<>();
        String problem = view.problem();
        lines.add(
                problem == null
                        ? new AttributedString(title(view, width), AttributedStyle.BOLD)
                        : new AttributedString(Text.left(Text.printable(problem), width), theme.problem()));
        Snapshot snapshot = view.snapshot();
        if (snapshot == null) {
            lines.add(new AttributedString(Text.left("no answer of lvsd yet", width)));
        } else if (count < 4) {
            lines.add(new AttributedString(small(view.table(), snapshot.rates(), width)));
        } else {
            lines.add(new AttributedString(totals(view.table(), width)));
            lines.add(new AttributedString(rates(snapshot.rates(), width)));
            lines.add(graph(view.history(), width, theme));
        }
        while (lines.size() < count) {
            lines.add(AttributedString.EMPTY);
        }
        return lines.subList(0, count);
    }

    private static String title(View view, int width) {
        Snapshot snapshot = view.snapshot();
        return snapshot == null
                ? Text.parts(width, "lvsd", view.clock())
                : Text.parts(
                        width,
                        "lvsd " + Text.printable(snapshot.version()),
                        "up " + Text.age(snapshot.uptimeMillis() / 1000),
                        view.clock(),
                        view.interval(),
                        "process " + snapshot.process());
    }

    /** How many servers there are of each state that occurs. */
    private static String states(Table table) {
        StringBuilder text = new StringBuilder();
        String separator = "";
        for (ServerState each : List.of(
                ServerState.UP,
                ServerState.FULL,
                ServerState.DOWN,
                ServerState.DRAINING,
                ServerState.DRAINED,
                ServerState.QUIESCED)) {
            if (table.servers(each) > 0) {
                text.append(separator).append(table.servers(each)).append(' ').append(each.label());
                separator = ", ";
            }
        }
        return text.toString();
    }

    private static String small(Table table, Figures rates, int width) {
        return Text.parts(
                width,
                table.servers() == 0 ? "no servers" : states(table),
                Text.scaled(rates.connections()) + " conn/s",
                Text.scaled(table.active()) + " active");
    }

    private static String totals(Table table, int width) {
        return Text.parts(
                width,
                Text.count(table.services(), "service"),
                Text.count(table.servers(), "server") + (table.servers() == 0 ? "" : ": " + states(table)),
                "connections: " + table.active() + " active, " + table.inactive() + " inactive");
    }

    private static String rates(Figures rates, int width) {
        return Text.parts(
                width,
                Text.scaled(rates.connections()) + " conn/s",
                "packets/s: " + Text.scaled(rates.inPackets()) + " in, " + Text.scaled(rates.outPackets()) + " out",
                "bytes/s: " + Text.scaled(rates.inBytes()) + " in, " + Text.scaled(rates.outBytes()) + " out");
    }

    private static AttributedString graph(History history, int width, Theme theme) {
        List<Double> values = history.newest(Math.min(GRAPH, width - 30));
        String label = values.isEmpty()
                ? "new conn/s: (the first comparison comes with the next look)"
                : "new conn/s " + number(values.get(values.size() - 1)) + ", most " + number(Collections.max(values));
        return new AttributedStringBuilder()
                .append(Text.left(label, Math.min(width, label.length())))
                .append(values.isEmpty() ? "" : "  ")
                .append(theme.graph(values), theme.graph())
                .toAttributedString();
    }

    private static String number(double rate) {
        return rate < 100 ? String.format(Locale.ROOT, "%.1f", rate) : Text.scaled(Math.round(rate));
    }
}
