package org.lvs4j.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The servers of a service while the engine runs, and its quorum.
 *
 * <p>With W for the sum of weights of the servers that are alive: the quorum is gained when W is at least quorum +
 * hysteresis, and lost when W is 0 or below quorum - hysteresis. Without a sorry server that only runs programs. With one,
 * the sorry server replaces all servers while the quorum is lost.
 */
final class Pool {
    final EngineContext context;
    final MonitoredService config;
    final List<ServerState> servers = new ArrayList<>();
    final PoolTable table;
    private final String name;
    private final List<ServiceKey> keys;
    private final Map<Endpoint, ServerState> byEndpoint = new HashMap<>();
    private boolean quorumUp;
    private long since;

    Pool(EngineContext context, MonitoredService config, String name, long now, boolean atStart) {
        this.context = context;
        this.config = config;
        this.name = name;
        keys = config.services().stream().map(VirtualService::key).toList();
        since = now;
        table = new PoolTable(context.actions, config);
        for (MonitoredServer each : config.servers()) {
            servers.add(new ServerState(this, each, now, atStart));
        }
        if (config.passiveCheck() != null) {
            indexServers();
        }
    }

    private void indexServers() {
        for (VirtualService service : config.services()) {
            for (ServerState server : servers) {
                byEndpoint.put(
                        MonitoredService.serverOf(service.key(), server.config.server())
                                .endpoint(),
                        server);
            }
        }
    }

    /** Its name in lines of the FIFO. */
    String name() {
        return name;
    }

    List<ServiceKey> keys() {
        return keys;
    }

    ServiceKey firstKey() {
        return config.services().get(0).key();
    }

    boolean isQuorumUp() {
        return quorumUp;
    }

    /** Whether its checks probe now: always, or while this host has its addresses. */
    boolean isProbed() {
        if (!config.haSuspend()) {
            return true;
        }
        for (VirtualService service : config.services()) {
            if (service.key() instanceof ServiceKey.Address address) {
                IpAddress virtual = address.endpoint().address();
                if (!context.hasAddress(virtual)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Enters the table with the servers that are alive. */
    void start(long now, boolean notifyServers) {
        table.addServices(config.services());
        for (ServerState server : servers) {
            table.settle(server);
            if (notifyServers && server.isAlive()) {
                tellServer(server, true, "start");
            }
        }
        if (!judge(now) && !quorumUp && config.sorryServer() != null) {
            lose(now);
        }
        table.settleSorryServer();
    }

    /**
     * Continues with the state of the same service until a reload, which has pruned its table.
     *
     * @param probesGoOn whether checks that ask the same keep their timers and probes under way
     */
    void resume(
            long now, Pool old, Map<ServerState, ServerState> successors, boolean notifyServers, boolean probesGoOn) {
        quorumUp = old.quorumUp;
        since = old.since;
        table.adopt(old.table);
        Map<ServerState, ServerState> predecessors = new HashMap<>();
        successors.forEach((before, after) -> {
            predecessors.put(after, before);
            after.adopt(before);
            if (probesGoOn) {
                after.goOn(now, before);
            }
        });
        table.addMissingServices(config.services(), servers);
        boolean sorryServerIsNew = !quorumUp && config.sorryServer() != null && !table.isSorryServerInUse();
        table.useSorryServer(!quorumUp && config.sorryServer() != null);
        for (ServerState server : servers) {
            ServerState before = predecessors.get(server);
            table.settle(server);
            boolean tell = before == null ? notifyServers && server.isAlive() : before.isAlive() != server.isAlive();
            if (tell) {
                tellServer(server, server.isAlive(), "reload");
            }
        }
        if (!judge(now) && sorryServerIsNew) {
            lose(now);
        }
        table.settleSorryServer();
    }

    void begin(long now) {
        for (ServerState server : servers) {
            server.begin(now);
        }
    }

    /** Cancels all timers and probes. */
    void retire() {
        for (ServerState server : servers) {
            server.retire();
        }
    }

    /** Brings servers, quorum and table together again, after an error. */
    void repair(long now) {
        for (ServerState server : servers) {
            server.repair(now);
        }
        table.useSorryServer(!quorumUp && config.sorryServer() != null);
        for (ServerState server : servers) {
            table.settleAnew(server);
        }
        judge(now);
        table.settleSorryServer();
    }

    /** Leaves the table. */
    void clear(HealthEngine.Cleanup cleanup, boolean tell) {
        if (cleanup == HealthEngine.Cleanup.SERVERS) {
            table.removeSorryServer();
        }
        for (ServerState server : servers) {
            if (cleanup == HealthEngine.Cleanup.SERVERS) {
                table.remove(server);
            }
            if (tell && server.isAlive()) {
                tellServer(server, false, "stop");
            }
        }
        if (tell) {
            tellQuorum(false);
        }
        if (cleanup == HealthEngine.Cleanup.SERVERS || cleanup == HealthEngine.Cleanup.SERVICES) {
            table.removeServices();
        }
    }

    void serverUp(long now, ServerState server, String reason) {
        table.settle(server);
        tellServer(server, true, reason);
        judge(now);
    }

    void serverDown(long now, ServerState server, String reason) {
        table.settle(server);
        ReleaseOnFailure release = config.releaseOnFailure();
        if (release != null) {
            table.releaseClients(server, release);
        }
        tellServer(server, false, reason);
        judge(now);
    }

    void weightChanged(long now, ServerState server) {
        table.settle(server);
        context.actions.event(new HealthEvent.WeightChanged(name, keys, server.config.server(), server.weight()));
        judge(now);
    }

    private long aliveWeight() {
        long sum = 0;
        for (ServerState server : servers) {
            if (server.isAlive()) {
                sum += server.weight();
            }
        }
        return sum;
    }

    /** Gains or loses the quorum, if it is time to. Whether it has. */
    private boolean judge(long now) {
        Quorum quorum = config.quorum();
        long weight = aliveWeight();
        if (!quorumUp && weight >= (long) quorum.weight() + quorum.hysteresis()) {
            gain(now);
            return true;
        }
        if (quorumUp && (weight == 0 || weight < quorum.weight() - quorum.hysteresis())) {
            lose(now);
            return true;
        }
        return false;
    }

    private void gain(long now) {
        quorumUp = true;
        since = now;
        table.useSorryServer(false);
        table.settleSorryServer();
        settleAlive();
        tellQuorum(true);
    }

    private void lose(long now) {
        quorumUp = false;
        since = now;
        if (config.sorryServer() != null) {
            table.useSorryServer(true);
            settleAlive();
            table.settleSorryServer();
        }
        tellQuorum(false);
    }

    private void settleAlive() {
        for (ServerState server : servers) {
            if (server.isAlive()) {
                table.settle(server);
            }
        }
    }

    void tellServer(ServerState server, boolean up, String reason) {
        MonitoredServer monitored = server.config;
        context.actions.event(new HealthEvent.ServerChanged(name, keys, monitored.server(), up, reason));
        context.actions.notify(new Notification(
                "RS " + Names.server(config, monitored.server()) + " " + name + (up ? " UP" : " DOWN"),
                up ? monitored.notifyUp() : monitored.notifyDown()));
    }

    private void tellQuorum(boolean up) {
        Quorum quorum = config.quorum();
        context.actions.event(new HealthEvent.QuorumChanged(name, keys, up, aliveWeight(), quorum));
        context.actions.notify(
                new Notification("VS " + name + (up ? " UP" : " DOWN"), up ? quorum.up() : quorum.down()));
    }

    /** Whether one more server may be ejected: the share of the pool is not reached, and another one is alive. */
    boolean mayEject(PassiveCheck passive) {
        int ejected = 0;
        int alive = 0;
        for (ServerState server : servers) {
            ejected += server.isEjected() ? 1 : 0;
            alive += server.isAlive() ? 1 : 0;
        }
        int share = (int) ((long) servers.size() * passive.maxPercent() / 100);
        int allowed = passive.maxPercent() == 0 ? 0 : Math.max(1, share);
        return ejected < allowed && alive > 1;
    }

    /** The server with an endpoint; null if it has none, or no passive check. */
    @Nullable
    ServerState server(Endpoint endpoint) {
        return byEndpoint.get(endpoint);
    }

    ServiceHealth snapshot() {
        return new ServiceHealth(
                name,
                config,
                quorumUp,
                since,
                aliveWeight(),
                table.isSorryServerInUse(),
                servers.stream().map(ServerState::snapshot).toList());
    }
}
