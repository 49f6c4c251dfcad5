package org.lvs4j.examples.webcluster.story;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.examples.webcluster.cluster.WebNode;
import org.lvs4j.examples.webcluster.visitors.Tally;
import org.lvs4j.net.Endpoint;

/**
 * What had been counted at a moment.
 *
 * @param tally by the visitors
 * @param connections by the director, for each server that was in its table
 */
record Moment(Tally tally, Map<Endpoint, Long> connections) {
    static Moment of(Tally tally, Iterable<ServerSnapshot> servers) {
        Map<Endpoint, Long> connections = new HashMap<>();
        for (ServerSnapshot server : servers) {
            connections.put(server.server().endpoint(), server.traffic().connections());
        }
        return new Moment(tally, Map.copyOf(connections));
    }

    /** The connections that a server has got since an earlier moment. Its counter may have begun anew meanwhile. */
    long connectionsSince(Moment before, WebNode node) {
        long now = connections.getOrDefault(node.endpoint(), 0L);
        long then = before.connections.getOrDefault(node.endpoint(), 0L);
        return now < then ? now : now - then;
    }

    /** The connections that several servers have got since an earlier moment. */
    long allSince(Moment before, List<WebNode> all) {
        return all.stream().mapToLong(each -> connectionsSince(before, each)).sum();
    }

    /** The share of a server in the connections that several have got since an earlier moment, 0 to 1. */
    double shareSince(Moment before, WebNode node, List<WebNode> all) {
        long sum = allSince(before, all);
        return sum == 0 ? 0 : (double) connectionsSince(before, node) / sum;
    }
}
