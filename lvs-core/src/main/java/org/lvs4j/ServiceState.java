package org.lvs4j;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The live state of one service: its counters, and the view by which packets are decided. Changed under the lock of the
 * {@link ServiceRegistry} only; read without one.
 */
final class ServiceState {
    private final ServiceKey key;
    private final Statistics statistics = new Statistics();

    // One volatile write publishes a change as a whole; one read sees configuration, engine, list and scheduler
    // of one moment.
    private volatile View view;

    ServiceState(View view) {
        this.key = view.config().key();
        this.view = view;
    }

    ServiceKey key() {
        return key;
    }

    Statistics statistics() {
        return statistics;
    }

    /** The present view. To be read once for each packet. */
    View view() {
        return view;
    }

    void publish(View next) {
        view = next;
        // The reader of the board belongs to the scheduler of the previous view.
        next.servers.board().reader(null);
    }

    ServiceSnapshot snapshot() {
        View now = view;
        List<ServerSnapshot> servers = new ArrayList<>(now.servers.size());
        for (int i = 0; i < now.servers.size(); i++) {
            servers.add(snapshot(now.servers, i));
        }
        return new ServiceSnapshot(now.config, servers, statistics.traffic(), statistics.rates());
    }

    /** One server of the service, or null. */
    @Nullable
    ServerSnapshot snapshot(Endpoint endpoint) {
        ServerPool servers = view.servers;
        int index = servers.lookUp(endpoint);
        return index < 0 ? null : snapshot(servers, index);
    }

    private static ServerSnapshot snapshot(ServerPool servers, int index) {
        ServerState state = servers.state(index);
        return new ServerSnapshot(
                state.config(),
                state.active(),
                state.inactive(),
                state.templates(),
                state.overloaded(),
                // A drain marks its server before the view that leaves it out is published.
                state.stage() != ServerState.Stage.OPEN && servers.weight(index) == 0,
                state.statistics().traffic(),
                state.statistics().rates());
    }

    /** The configuration of the service and its servers, in the order in which the servers were added. */
    DirectorConfiguration.Service configuration() {
        View now = view;
        return new DirectorConfiguration.Service(now.config, now.servers.oldestFirst());
    }

    /** Sets the counters of the service and its servers to zero. */
    void resetCounters() {
        statistics.reset();
        ServerPool pool = view.servers;
        for (int i = 0; i < pool.size(); i++) {
            pool.state(i).statistics().reset();
        }
    }

    /**
     * One configuration of a service with everything that belongs to it. Immutable.
     *
     * @param config the service
     * @param engine identifies clients by more than their address, or null
     * @param servers the list of servers
     * @param scheduler made for exactly that list; null once the service has been removed, so that nothing is
     *     scheduled any more
     */
    record View(
            VirtualService config,
            @Nullable PersistenceEngine engine,
            ServerPool servers,
            @Nullable Scheduler scheduler) {

        View with(ServerPool nextServers, @Nullable Scheduler nextScheduler) {
            return new View(config, engine, nextServers, nextScheduler);
        }

        /** Whether a flow's datagrams are scheduled one by one. */
        boolean schedulesEachPacket(Flow flow) {
            return config.onePacket() && flow.protocol() == Protocol.UDP;
        }
    }
}
