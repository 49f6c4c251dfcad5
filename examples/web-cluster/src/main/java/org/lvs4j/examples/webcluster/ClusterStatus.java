package org.lvs4j.examples.webcluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The state of the cluster at one moment. Immutable.
 *
 * @param address the virtual address
 * @param scheduler the name of the scheduler
 * @param retries the connections that the relay retried on another server
 * @param servers the web servers in the order of their names
 */
record ClusterStatus(String address, String scheduler, long retries, List<Server> servers) {
    ClusterStatus {
        servers = List.copyOf(servers);
    }

    /** The number of connections scheduled on all servers. */
    long connections() {
        return servers.stream().mapToLong(Server::connections).sum();
    }

    /**
     * The same state, with the counts since an earlier state.
     *
     * @param earlier an earlier state of the same cluster
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
     * @param connections the connections scheduled on the server, successful or not
     * @param state {@code up}, {@code stopped} (the process has ended, the service still has the server)
     *     or {@code removed}
     */
    record Server(String name, String address, int weight, long connections, int active, int inactive, String state) {}
}
