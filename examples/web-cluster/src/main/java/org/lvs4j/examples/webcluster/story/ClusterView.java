package org.lvs4j.examples.webcluster.story;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Drain;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.WebNode;
import org.lvs4j.examples.webcluster.process.ChildProcess;
import org.lvs4j.examples.webcluster.visitors.Tally;
import org.lvs4j.net.Endpoint;

/**
 * The cluster as text: a picture of the tiers, and a table of what each server gets and what the visitors meet. Lines
 * have at most 80 columns.
 */
final class ClusterView {
    private static final int BAR_COLUMNS = 12;
    private static final int STORAGE_LINE_COLUMN = 52;

    private final Cluster cluster;
    private final Terminal terminal;

    ClusterView(Cluster cluster, Terminal terminal) {
        this.cluster = cluster;
        this.terminal = terminal;
    }

    /** A picture of the three tiers. */
    List<String> tiers() {
        String down = terminal.symbol("│", "|");
        List<String> lines = new ArrayList<>();
        lines.add("  visitors     @|bold " + cluster.url(false) + "|@  @|bold " + cluster.url(true) + "|@");
        lines.add("     " + down);
        lines.add("  @|bold director|@     firewall mark 1, "
                + cluster.configuration().scheduler()
                + (cluster.configuration().persistence() == null
                        ? ", no persistence"
                        : ", persistent "
                                + cluster.configuration().persistence().toSeconds() + " s")
                + "   pid "
                + ProcessHandle.current().pid());
        lines.add("     " + down);
        List<WebNode> nodes = cluster.servers();
        for (int i = 0; i < nodes.size(); i++) {
            WebNode node = nodes.get(i);
            boolean last = i == nodes.size() - 1;
            lines.add(String.format(
                    "     %s @|bold %-6s|@  %-18s  pid %-8d %s",
                    terminal.symbol(last ? "└──" : "├──", "+--"),
                    node.name(),
                    node.endpoint(),
                    node.process().pid(),
                    terminal.symbol(i == 0 ? "──┐" : "──┤", "--+")));
        }
        ChildProcess database = cluster.database();
        lines.add(" ".repeat(STORAGE_LINE_COLUMN) + down);
        lines.add(String.format(
                "  @|bold storage|@      %-34s %s",
                database == null ? "the database that was given" : "database, pid " + database.pid(),
                terminal.symbol("◄─┤", "<-+")));
        lines.add(
                String.format("               %-34s %s", "static files, one directory", terminal.symbol("◄─┘", "<-+")));
        return lines;
    }

    /** What has happened since a moment. */
    List<String> table(Moment since, Moment now) {
        Map<Endpoint, ServerSnapshot> present = new HashMap<>();
        for (ServerSnapshot server : cluster.director().service().servers()) {
            present.put(server.server().endpoint(), server);
        }
        Tally met = now.tally().since(since.tally());
        List<WebNode> nodes = cluster.servers();
        List<String> lines = new ArrayList<>();
        lines.add("  @|faint server  state     weight  connections   share                act   pages|@");
        for (WebNode node : nodes) {
            ServerSnapshot server = present.get(node.endpoint());
            double share = now.shareSince(since, node, nodes);
            String state = state(node, server);
            String line = String.format(
                    Locale.ROOT,
                    "%-8s  %6d  %11d  %5.1f%% %-12s  %5d  %6d",
                    state,
                    server == null ? 0 : server.weight(),
                    now.connectionsSince(since, node),
                    share * 100,
                    bar(share),
                    server == null ? 0 : server.active(),
                    met.pagesOf(node.name()));
            lines.add("  @|bold " + String.format("%-6s", node.name()) + "|@  @|"
                    + (state.equals("up") ? "cyan " : "yellow ") + line + "|@");
        }
        lines.add(String.format(
                Locale.ROOT,
                "  @|faint visitors: %d pages, %d orders; sessions lost %d, no answer %d, wrong %d; TLS %d new, %d resumed|@",
                met.pages(),
                met.orders(),
                met.lost(),
                met.failed(),
                met.wrong(),
                met.full(),
                met.resumed()));
        return lines;
    }

    private String state(WebNode node, @Nullable ServerSnapshot server) {
        String trouble = node.trouble();
        if (trouble != null) {
            return trouble;
        }
        if (server == null) {
            return "down";
        }
        for (Drain drain : cluster.director().director().drains()) {
            if (drain.server().equals(node.endpoint()) && drain.progress().phase() != Drain.Phase.ABORTED) {
                return drain.progress().phase().name().toLowerCase(Locale.ROOT);
            }
        }
        return "up";
    }

    private String bar(double share) {
        return terminal.symbol("█", "#").repeat((int) Math.round(share * BAR_COLUMNS));
    }
}
