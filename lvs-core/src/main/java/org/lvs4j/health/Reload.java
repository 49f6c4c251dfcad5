package org.lvs4j.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The way from one configuration to another. First everything goes that is not in the new one, in the old order; then
 * everything comes, in the new order. What is in both keeps its place in the table and its state.
 *
 * <p>A service is the same if its first key is, that of a group if group and protocol are. A server is the same at the
 * same endpoint. A check is the same if it {@linkplain SameCheck asks the same}.
 */
final class Reload {
    private record PoolId(
            @Nullable ServiceKey key, @Nullable String group, String protocol, int occurrence) {}

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
        Map<PoolId, Pool> wanted = byId(newPools);
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

    private static Map<PoolId, Pool> byId(List<Pool> pools) {
        Map<PoolId, Pool> result = new LinkedHashMap<>();
        Map<PoolId, Integer> occurrences = new HashMap<>();
        for (Pool pool : pools) {
            String group = pool.config.group();
            PoolId id;
            if (group == null) {
                id = new PoolId(pool.firstKey(), null, "", 0);
            } else {
                PoolId first = new PoolId(null, group, Names.protocol(pool.config.services()), 0);
                int number = occurrences.merge(first, 1, Integer::sum) - 1;
                id = new PoolId(null, group, first.protocol(), number);
            }
            result.put(id, pool);
        }
        return result;
    }

    /** The servers that are in both pools. */
    private static Map<ServerState, ServerState> successorsOf(Pool old, Pool next) {
        Map<Endpoint, ServerState> wanted = new HashMap<>();
        for (ServerState server : next.servers) {
            wanted.put(endpoint(next.config, server), server);
        }
        Map<ServerState, ServerState> result = new LinkedHashMap<>();
        for (ServerState server : old.servers) {
            ServerState successor = wanted.get(endpoint(old.config, server));
            if (successor != null) {
                result.put(server, successor);
            }
        }
        return result;
    }

    /** The endpoint in the table; for a group, in which it differs, that of the configuration. */
    private static Endpoint endpoint(MonitoredService service, ServerState state) {
        RealServer server = state.config.server();
        if (service.group() == null) {
            return MonitoredService.serverOf(service.services().get(0).key(), server)
                    .endpoint();
        }
        boolean keepsPort = server.forwarding().method() == Forwarding.Method.MASQUERADE;
        return keepsPort ? server.endpoint() : server.endpoint().withPort(0);
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
