package org.lvs4j.netty.client;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * One look-up of a service: a connection that is placed on a server and waits for the channel that takes it. A further
 * channel with an address of the same look-up gets a connection of its own, on a server that has not failed.
 * Thread-safe.
 */
final class Resolution {
    static final int CLAIM_SECONDS = 10;

    private final Director director;
    private final ServiceKey service;
    private final LongAdder unclaimed;
    private final AtomicReference<@Nullable Connection> placed;
    private final Set<Endpoint> failed = ConcurrentHashMap.newKeySet(1);
    // Written before the addresses are given away.
    private @Nullable ScheduledFuture<?> expiry;

    private Resolution(Director director, ServiceKey service, LongAdder unclaimed, Connection connection) {
        this.director = director;
        this.service = service;
        this.unclaimed = unclaimed;
        placed = new AtomicReference<>(connection);
    }

    /**
     * Waits for a channel to take a connection, for a limited time.
     *
     * @param unclaimed counts connections that no channel has taken
     * @throws java.util.concurrent.RejectedExecutionException if the executor has ended; the connection is released
     */
    static Resolution of(
            Director director, ServiceKey service, LongAdder unclaimed, Connection connection, EventExecutor executor) {
        Resolution resolution = new Resolution(director, service, unclaimed, connection);
        try {
            resolution.expiry = executor.schedule(() -> {}, CLAIM_SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException | Error e) {
            connection.expire();
            throw e;
        }
        // Called in time, and if the executor ends before.
        resolution.expiry.addListener(due -> resolution.expire());
        return resolution;
    }

    private void expire() {
        Connection connection = placed.getAndSet(null);
        if (connection != null) {
            connection.expire();
            unclaimed.increment();
        }
    }

    Director director() {
        return director;
    }

    ServiceKey service() {
        return service;
    }

    /** Nobody waits for the result of the look-up any more. */
    void cancel() {
        Connection waiting = takeWaiting();
        if (waiting != null) {
            waiting.expire();
        }
    }

    private @Nullable Connection takeWaiting() {
        Connection waiting = placed.getAndSet(null);
        if (waiting != null && expiry != null) {
            expiry.cancel(false);
        }
        return waiting;
    }

    /** A connection for a channel, which must end it; not accepted if no server takes it. */
    Connection take() {
        Connection waiting = takeWaiting();
        if (waiting != null) {
            return waiting;
        }
        Connection connection = director.open(service);
        while (connection.accepted() && failed.contains(connection.destination())) {
            connection.retry();
        }
        return connection;
    }

    /** A server of this look-up could not be reached. */
    void failed(Endpoint server) {
        failed.add(server);
    }

    /** The address of a server. */
    PlacedAddress address(Endpoint server) {
        return new PlacedAddress(server.toSocketAddress(), this);
    }

    /** The server that was chosen, and then the others that take clients, in the order of the list. */
    List<InetSocketAddress> all(Endpoint chosen) {
        List<InetSocketAddress> before = new ArrayList<>();
        List<InetSocketAddress> addresses = new ArrayList<>();
        addresses.add(address(chosen));
        ServiceSnapshot snapshot = director.service(service);
        boolean seen = false;
        for (ServerSnapshot each : snapshot == null ? List.<ServerSnapshot>of() : snapshot.servers()) {
            Endpoint endpoint = each.server().endpoint();
            if (endpoint.equals(chosen)) {
                seen = true;
            } else if (each.weight() > 0 && !each.draining()) {
                (seen ? addresses : before).add(address(endpoint));
            }
        }
        addresses.addAll(before);
        return addresses;
    }
}
