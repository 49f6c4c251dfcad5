package org.lvs4j.health;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * What a pool has in the director's table, and the commands that bring it there. One rule says what belongs there:
 *
 * <pre>
 *   server alive, sorry server not in use     its weight
 *   otherwise, inhibit_on_failure             weight 0
 *   otherwise                                 absent
 *
 *   sorry server in use                       weight 1
 *   otherwise, sorry_server_inhibit           weight 0
 *   otherwise                                 absent
 * </pre>
 */
final class PoolTable {
    private final HealthActions actions;
    private final @Nullable SorryServer sorryServer;
    private final List<ServiceKey> keys = new ArrayList<>();
    private boolean sorryServerInUse;
    private @Nullable RealServer sorryServerInTable;

    PoolTable(HealthActions actions, MonitoredService config) {
        this.actions = actions;
        this.sorryServer = config.sorryServer();
    }

    /** Continues with what another table has left there. */
    void adopt(PoolTable old) {
        keys.addAll(old.keys);
        sorryServerInUse = old.sorryServerInUse;
        sorryServerInTable = old.sorryServerInTable;
    }

    void addServices(List<VirtualService> services) {
        for (VirtualService service : services) {
            actions.addService(service);
            keys.add(service.key());
        }
    }

    /** Adds the services that are not in the table, with the servers that are. */
    void addMissingServices(List<VirtualService> services, List<ServerState> servers) {
        Set<ServiceKey> present = new HashSet<>(keys);
        List<ServiceKey> added = new ArrayList<>();
        for (VirtualService service : services) {
            if (!present.contains(service.key())) {
                actions.addService(service);
                added.add(service.key());
            }
        }
        keys.addAll(added);
        for (ServerState server : servers) {
            addTo(added, server.inTable);
        }
        addTo(added, sorryServerInTable);
    }

    private void addTo(List<ServiceKey> added, @Nullable RealServer server) {
        if (server != null) {
            for (ServiceKey key : added) {
                actions.addServer(key, MonitoredService.serverOf(key, server));
            }
        }
    }

    /** Takes all servers out of a service, and removes it or leaves it empty. */
    void removeService(ServiceKey key, List<ServerState> servers, boolean leave) {
        for (ServerState server : servers) {
            if (server.inTable != null) {
                removeFrom(key, server.inTable);
            }
        }
        if (sorryServerInTable != null) {
            removeFrom(key, sorryServerInTable);
        }
        if (!leave) {
            actions.removeService(key);
        }
        keys.remove(key);
    }

    void removeServices() {
        keys.forEach(actions::removeService);
        keys.clear();
    }

    void settle(ServerState server) {
        boolean serving = server.isAlive() && !sorryServerInUse;
        if (serving || server.config.inhibitOnFailure()) {
            RealServer wanted = server.config.server().withWeight(serving ? server.weight() : 0);
            put(server.inTable, wanted);
            server.inTable = wanted;
        } else {
            remove(server);
        }
    }

    /** As {@link #settle}, whatever is believed to be there. */
    void settleAnew(ServerState server) {
        server.inTable = null;
        settle(server);
        if (server.inTable == null) {
            for (ServiceKey key : keys) {
                removeFrom(key, server.config.server());
            }
        }
    }

    void remove(ServerState server) {
        if (server.inTable != null) {
            for (ServiceKey key : keys) {
                removeFrom(key, server.inTable);
            }
            server.inTable = null;
        }
    }

    void releaseClients(ServerState server, ReleaseOnFailure release) {
        for (ServiceKey key : keys) {
            actions.releaseClients(
                    key, MonitoredService.serverOf(key, server.config.server()).endpoint(), release);
        }
    }

    boolean isSorryServerInUse() {
        return sorryServerInUse;
    }

    void useSorryServer(boolean inUse) {
        sorryServerInUse = inUse;
    }

    void settleSorryServer() {
        if (sorryServer != null && (sorryServerInUse || sorryServer.inhibit())) {
            RealServer wanted = sorryServer.server().withWeight(sorryServerInUse ? 1 : 0);
            put(sorryServerInTable, wanted);
            sorryServerInTable = wanted;
        } else {
            removeSorryServer();
        }
    }

    void removeSorryServer() {
        if (sorryServerInTable != null) {
            for (ServiceKey key : keys) {
                removeFrom(key, sorryServerInTable);
            }
            sorryServerInTable = null;
        }
    }

    /** Takes the sorry server out if another one, or none, replaces it. */
    void replaceSorryServer(@Nullable SorryServer next) {
        if (sorryServer != null
                && (next == null
                        || !next.server()
                                .withWeight(1)
                                .equals(sorryServer.server().withWeight(1)))) {
            removeSorryServer();
            sorryServerInUse = false;
        }
    }

    /** Adds the services that are in the table to a map, with the servers that are. */
    void describe(
            List<VirtualService> services, List<ServerState> servers, Map<VirtualService, List<RealServer>> table) {
        Set<ServiceKey> present = new HashSet<>(keys);
        for (VirtualService service : services) {
            if (present.contains(service.key())) {
                List<RealServer> members = new ArrayList<>();
                for (ServerState server : servers) {
                    if (server.inTable != null) {
                        members.add(MonitoredService.serverOf(service.key(), server.inTable));
                    }
                }
                if (sorryServerInTable != null) {
                    members.add(MonitoredService.serverOf(service.key(), sorryServerInTable));
                }
                table.put(service, List.copyOf(members));
            }
        }
    }

    private void put(@Nullable RealServer present, RealServer wanted) {
        if (wanted.equals(present)) {
            return;
        }
        for (ServiceKey key : keys) {
            RealServer server = MonitoredService.serverOf(key, wanted);
            if (present == null) {
                actions.addServer(key, server);
            } else {
                actions.editServer(key, server);
            }
        }
    }

    private void removeFrom(ServiceKey key, RealServer server) {
        actions.removeServer(key, MonitoredService.serverOf(key, server).endpoint());
    }
}
