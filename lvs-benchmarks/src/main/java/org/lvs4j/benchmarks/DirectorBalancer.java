package org.lvs4j.benchmarks;

import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.net.Flow;

/** The director itself, the way a relay uses it. */
final class DirectorBalancer implements Balancer {
    private final ServerFixture farm;
    private final Director director;

    DirectorBalancer(String scheduler, ServerFixture farm) {
        this.farm = farm;
        director = farm.director(scheduler);
    }

    @Override
    public int openAndClose(Flow flow) {
        try (Connection connection = director.open(flow)) {
            if (!connection.accepted()) {
                throw new IllegalStateException("no server took " + flow + ": " + connection.verdict());
            }
            return connection.server().weight();
        }
    }

    @Override
    public long liveConnections() {
        return farm.liveConnections();
    }
}
