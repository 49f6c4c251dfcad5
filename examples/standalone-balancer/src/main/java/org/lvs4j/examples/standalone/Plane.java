package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.function.Consumer;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.tun.TunPlane;

/** What carries the traffic of a director's services: a relay of connections, or a forwarder of packets. Thread-safe. */
interface Plane extends AutoCloseable {
    /**
     * Follows the director's services.
     *
     * @throws org.lvs4j.netty.RelayException if a relay cannot
     * @throws org.lvs4j.netty.tun.TunException if the packet plane cannot
     * @throws IllegalStateException if it is stopping
     */
    void refresh();

    /** Takes no new connections, and waits for those that exist to end; answers whether all did. Closes. */
    boolean drain(Duration deadline);

    /** Stops at once. */
    @Override
    void close();

    /** Takes back what would outlive the process, which is about to end. */
    void abandon();

    /** Has a problem reported, once, that ends the plane by itself. */
    void onFailure(Consumer<Throwable> report);

    /** What an operator should know about it when it has started, one thing a line; may be empty. */
    String announcement();

    /** A relay. */
    static Plane of(Relay relay) {
        return new Plane() {
            @Override
            public void refresh() {
                relay.refresh();
            }

            @Override
            public boolean drain(Duration deadline) {
                return relay.drain(deadline);
            }

            @Override
            public void close() {
                relay.close();
            }

            @Override
            public void abandon() {
                // Sockets end with the process.
            }

            @Override
            public void onFailure(Consumer<Throwable> report) {
                // A relay goes on whatever happens to its sockets.
            }

            @Override
            public String announcement() {
                return "";
            }
        };
    }

    /**
     * A packet plane.
     *
     * @param announcement what to say about it
     */
    static Plane of(TunPlane plane, String announcement) {
        return new Plane() {
            @Override
            public void refresh() {
                plane.refresh();
            }

            @Override
            public boolean drain(Duration deadline) {
                return plane.drain(deadline);
            }

            @Override
            public void close() {
                plane.close();
            }

            @Override
            public void abandon() {
                plane.close();
            }

            @Override
            public void onFailure(Consumer<Throwable> report) {
                plane.ended().whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        report.accept(failure);
                    }
                });
            }

            @Override
            public String announcement() {
                return announcement;
            }
        };
    }
}
