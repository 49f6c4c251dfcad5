package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The way from one configuration to another. First everything goes that is not in the new one, in the old order; then
 * everything comes, in the new order. What is in both keeps its place in the table and its state.
 *
 * <p>Which services and servers are the same says {@link ServiceId}. A check is the same if it {@linkplain SameCheck asks
 * the same}.
 */
final class Reload {
    private final EngineContext context;
    private final List<Pool> oldPools;
    private final List<Pool> newPools;
    private final boolean probesGoOn;

    /**
     * A way that has not begun.
     *
     * @param probesGoOn whether checks that ask the same keep their timers and probes under way
     */
    Reload(EngineContext context, List<Pool> oldPools, List<Pool> newPools, boolean probesGoOn) {
        this.context = context;
        this.oldPools = oldPools;
        this.newPools = newPools;
        this.probesGoOn = probesGoOn;
    }

    void run(long now, boolean notifyServers) {
        Map<ServiceId, Pool> wanted = byId(newPools);
        Map<Pool, Pool> predecessors = new IdentityHashMap<>();
        Map<Pool, Map<ServerState, ServerState>> successors = new IdentityHashMap<>();
        byId(oldPools).forEach((id, old) -> {
            Pool next = wanted.get(id);
            if (next == null) {
                old.clear(HealthEngine.Cleanup.SERVERS, true);
            } else {
                predecessors.put(next, old);
                Map<ServerState, ServerState> kept = successorsOf(old, next);
                successors.put(next, kept);
                prune(old, next, kept);
            }
        });
        for (Pool next : newPools) {
            Pool old = predecessors.get(next);
            if (old == null) {
                next.start(now, notifyServers);
            } else {
                next.resume(now, old, successors.getOrDefault(next, Map.of()), notifyServers, probesGoOn);
            }
        }
        for (Pool old : oldPools) {
            old.retire();
        }
    }

    private static Map<ServiceId, Pool> byId(List<Pool> pools) {
        Map<MonitoredService, Pool> byService = new IdentityHashMap<>();
        pools.forEach(pool -> byService.put(pool.config, pool));
        Map<ServiceId, Pool> result = new LinkedHashMap<>();
        ServiceId.of(pools.stream().map(pool -> pool.config).toList())
                .forEach((id, service) -> result.put(id, requireNonNull(byService.get(service))));
        return result;
    }

    /** The servers that are in both pools. */
    private static Map<ServerState, ServerState> successorsOf(Pool old, Pool next) {
        Map<Endpoint, ServerState> wanted = new HashMap<>();
        for (ServerState server : next.servers) {
            wanted.put(ServiceId.endpoint(next.config, server.config.server()), server);
        }
        Map<ServerState, ServerState> result = new LinkedHashMap<>();
        for (ServerState server : old.servers) {
            ServerState successor = wanted.get(ServiceId.endpoint(old.config, server.config.server()));
            if (successor != null) {
                result.put(server, successor);
            }
        }
        return result;
    }

    private void prune(Pool old, Pool next, Map<ServerState, ServerState> kept) {
        Map<ServiceKey, VirtualService> wanted = new HashMap<>();
        next.config.services().forEach(each -> wanted.put(each.key(), each));
        for (VirtualService service : new ArrayList<>(old.config.services())) {
            VirtualService changed = wanted.get(service.key());
            if (changed == null) {
                old.table.removeService(service.key(), old.servers, context.likeKeepalived22);
            } else if (!changed.equals(service)) {
                context.actions.editService(changed);
            }
        }
        for (ServerState server : old.servers) {
            if (!kept.containsKey(server)) {
                old.table.remove(server);
                if (server.isAlive()) {
                    old.tellServer(server, false, "removed from the configuration");
                }
            }
        }
        old.table.replaceSorryServer(next.config.sorryServer());
    }
}
