package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The cluster in text: who stands where, and a table of who has got how much. No line is wider than 80 columns. */
final class Picture {
    private static final int BAR_COLUMNS = 10;
    private static final int COLUMN = 64;

    private final Terminal terminal;

    Picture(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The three tiers with their addresses. */
    List<String> tiers(Cluster cluster) throws IOException {
        String down = terminal.drawn("│", "|");
        List<String> lines = new ArrayList<>();
        lines.add("  clients");
        lines.add("     " + down);
        lines.add("     " + terminal.drawn("▼", "v"));
        lines.add(String.format(
                "  @|bold director|@     %-21s  wrr        pid %d",
                cluster.address(), ProcessHandle.current().pid()));
        lines.add("     " + down);
        List<WebNode> nodes = cluster.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            WebNode node = nodes.get(i);
            boolean last = i == nodes.size() - 1;
            String left = last ? terminal.drawn("└──", "+--") : terminal.drawn("├──", "+--");
            String right = i == 0 ? terminal.drawn("──┐", "--+") : terminal.drawn("──┤", "--+");
            lines.add(String.format(
                    "     %s @|bold %-5s|@ %-21s  weight %-2d  pid %-8d %s",
                    left,
                    node.name(),
                    node.address(),
                    node.weight(),
                    node.process().pid(),
                    right));
        }
        lines.add(" ".repeat(COLUMN) + down);
        lines.add(String.format(
                "  @|bold storage|@      %-21s             pid %-8d %s",
                cluster.storage().address(), cluster.storage().pid(), terminal.drawn("◄─┘", "<-+")));
        return lines;
    }

    /** Connections per server, what they are now, and a bar of their share. */
    List<String> table(ClusterStatus status) {
        long total = status.connections();
        List<String> lines = new ArrayList<>();
        lines.add("  @|faint server  address                weight  conns   share  act  inact|@");
        for (ClusterStatus.Server server : status.servers()) {
            double share = total == 0 ? 0 : (double) server.connections() / total;
            String line = String.format(
                    Locale.ROOT,
                    "  %-6s  %-21s  %6d  %5d  %5.1f%%  %3d  %5d  ",
                    server.name(),
                    server.address(),
                    server.weight(),
                    server.connections(),
                    share * 100,
                    server.active(),
                    server.inactive());
            lines.add(
                    server.state().equals("up")
                            ? line + "@|cyan " + bar(share) + "|@"
                            : "@|faint " + line + "|@@|yellow " + server.state() + "|@");
        }
        return lines;
    }

    private String bar(double share) {
        return terminal.drawn("█", "#").repeat((int) Math.round(share * BAR_COLUMNS));
    }
}
