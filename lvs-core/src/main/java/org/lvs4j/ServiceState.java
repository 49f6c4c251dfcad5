package org.lvs4j;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ServerState;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Statistics;

/**
 * What is live about one service: its configuration, and its servers together with the scheduler that belongs to
 * exactly that list. Changed under the director's configuration lock only.
 */
final class ServiceState {
    private final ServiceKey key;
    private final Statistics statistics = new Statistics();

    // Each is replaced as a whole by a configuration change: volatile publishes everything in it.
    private volatile VirtualService config;
    private volatile @Nullable PersistenceEngine engine;
    private volatile View view;

    ServiceState(VirtualService config, @Nullable PersistenceEngine engine, View view) {
        this.key = config.key();
        this.config = config;
        this.engine = engine;
        this.view = view;
    }

    ServiceKey key() {
        return key;
    }

    VirtualService config() {
        return config;
    }

    Statistics statistics() {
        return statistics;
    }

    /** What knows its clients besides their address, or null. */
    @Nullable
    PersistenceEngine engine() {
        return engine;
    }

    View view() {
        return view;
    }

    void publish(VirtualService newConfig, @Nullable PersistenceEngine newEngine, View newView) {
        publish(newView);
        engine = newEngine;
        config = newConfig;
    }

    void publish(View newView) {
        view = newView;
        // Whoever read for the last list is of no use to this one, and perhaps to no scheduler at all.
        newView.servers.board().reader(null);
    }

    ServiceSnapshot snapshot() {
        ServerPool pool = view.servers;
        List<ServerSnapshot> servers = new ArrayList<>(pool.size());
        for (int i = 0; i < pool.size(); i++) {
            ServerState state = pool.state(i);
            servers.add(new ServerSnapshot(
                    state.config(),
                    state.active(),
                    state.inactive(),
                    state.templates(),
                    state.overloaded(),
                    state.statistics().traffic(),
                    state.statistics().rates()));
        }
        return new ServiceSnapshot(config, servers, statistics.traffic(), statistics.rates());
    }

    /** Zeroes the counters of the service and its servers. */
    void zero() {
        statistics.zero();
        ServerPool pool = view.servers;
        for (int i = 0; i < pool.size(); i++) {
            pool.state(i).statistics().zero();
        }
    }

    /** A list of servers and the scheduler for it; no scheduler means that nothing new is scheduled. */
    record View(ServerPool servers, @Nullable Scheduler scheduler) {}
}
