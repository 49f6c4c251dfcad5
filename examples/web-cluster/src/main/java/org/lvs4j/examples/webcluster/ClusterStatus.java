package org.lvs4j.examples.webcluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The cluster at one moment, as tables show it. Immutable.
 *
 * @param address the virtual address
 * @param scheduler the name of the scheduler
 * @param retries connections that the relay carried over to another server because the first one did not answer
 * @param servers the web servers in the order of their names
 */
record ClusterStatus(String address, String scheduler, long retries, List<Server> servers) {
    ClusterStatus {
        servers = List.copyOf(servers);
    }

    /** The connections scheduled, to whichever server. */
    long connections() {
        return servers.stream().mapToLong(Server::connections).sum();
    }

    /**
     * The same cluster with only what has been counted since an earlier moment.
     *
     * @param earlier of the same cluster
     */
    ClusterStatus since(ClusterStatus earlier) {
        List<Server> differences = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            Server now = servers.get(i);
            differences.add(new Server(
                    now.name,
                    now.address,
                    now.weight,
                    now.connections - earlier.servers.get(i).connections,
                    now.active,
                    now.inactive,
                    now.state));
        }
        return new ClusterStatus(address, scheduler, retries - earlier.retries, differences);
    }

    /**
     * One web server.
     *
     * @param connections scheduled on it, successful or not
     * @param state {@code up}, {@code stopped} (the director does not know yet) or {@code out} (of the service)
     */
    record Server(String name, String address, int weight, long connections, int active, int inactive, String state) {}
}
