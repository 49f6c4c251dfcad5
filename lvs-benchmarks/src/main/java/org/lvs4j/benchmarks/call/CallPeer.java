package org.lvs4j.benchmarks.call;

import java.util.function.IntSupplier;
import org.lvs4j.Affinity;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The ways to do the work of a call on one of ten servers; the work only looks at the server. */
public enum CallPeer {
    /** {@code Director.open} and {@code close} in a try-with-resources statement. */
    OPEN("rr") {
        @Override
        IntSupplier calls(Director director) {
            return () -> {
                try (Connection connection = director.open(SERVICE)) {
                    return connection.destination().port();
                }
            };
        }
    },

    /** {@code Director.call}, which also takes the time. */
    CALL("rr") {
        @Override
        IntSupplier calls(Director director) {
            return () -> director.call(
                    SERVICE, 2, connection -> connection.destination().port());
        }
    },

    /** {@code Director.call} on the server of the least load. */
    LEAST_LOADED("wlc") {
        @Override
        IntSupplier calls(Director director) {
            return CALL.calls(director);
        }
    },

    /** {@code Director.call} with the affinity of a user, a new object for each call. */
    AFFINITY("mh") {
        @Override
        IntSupplier calls(Director director) {
            return new IntSupplier() {
                private int user;

                @Override
                public int getAsInt() {
                    Affinity affinity = Affinity.of(user++ & 0xFFFF);
                    return director.call(
                            SERVICE,
                            affinity,
                            2,
                            connection -> connection.destination().port());
                }
            };
        }
    };

    private static final ServiceKey SERVICE = ServiceKey.named("orders");
    private static final int SERVERS = 10;

    private final String scheduler;

    CallPeer(String scheduler) {
        this.scheduler = scheduler;
    }

    abstract IntSupplier calls(Director director);

    /** Returns what makes one call; for one thread. */
    IntSupplier prepare() {
        Director director = Director.builder().linger(false).build();
        director.addService(VirtualService.of(SERVICE, scheduler));
        for (int i = 1; i <= SERVERS; i++) {
            director.addServer(SERVICE, RealServer.of("10.0.0." + i + ":8080"));
        }
        return calls(director);
    }
}
