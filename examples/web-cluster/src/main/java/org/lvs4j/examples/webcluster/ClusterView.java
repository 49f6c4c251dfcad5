package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The cluster as text: a diagram of the tiers, and a table of connections per server. Lines have at most 80 columns.
 */
final class ClusterView {
    private static final int BAR_COLUMNS = 10;
    private static final int COLUMN = 64;

    private final Terminal terminal;

    ClusterView(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A diagram of the three tiers with their addresses. */
    List<String> tiers(Cluster cluster) throws IOException {
        String down = terminal.symbol("│", "|");
        List<String> lines = new ArrayList<>();
        lines.add("  clients");
        lines.add("     " + down);
        lines.add("     " + terminal.symbol("▼", "v"));
        lines.add(String.format(
                "  @|bold director|@     %-21s  wrr        pid %d",
                cluster.address(), ProcessHandle.current().pid()));
        lines.add("     " + down);
        List<WebNode> nodes = cluster.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            WebNode node = nodes.get(i);
            boolean last = i == nodes.size() - 1;
            String left = last ? terminal.symbol("└──", "+--") : terminal.symbol("├──", "+--");
            String right = i == 0 ? terminal.symbol("──┐", "--+") : terminal.symbol("──┤", "--+");
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
                cluster.storage().address(), cluster.storage().pid(), terminal.symbol("◄─┘", "<-+")));
        return lines;
    }

    /** A table of the servers: connections scheduled, active and inactive ones, and a bar of the share. */
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
        return terminal.symbol("█", "#").repeat((int) Math.round(share * BAR_COLUMNS));
    }
}
