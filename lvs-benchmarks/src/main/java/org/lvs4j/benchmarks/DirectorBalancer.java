package org.lvs4j.benchmarks;

import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.net.Flow;

/** The director, used as a relay uses it. */
final class DirectorBalancer implements Balancer {
    private final ServerFixture fixture;
    private final Director director;

    DirectorBalancer(String scheduler, ServerFixture fixture) {
        this.fixture = fixture;
        director = fixture.director(scheduler);
    }

    @Override
    public int openAndClose(Flow flow) {
        try (Connection connection = director.open(flow)) {
            if (!connection.accepted()) {
                throw new IllegalStateException(flow + " was refused: " + connection.verdict());
            }
            return connection.server().weight();
        }
    }

    @Override
    public long liveConnections() {
        return fixture.liveConnections();
    }
}
