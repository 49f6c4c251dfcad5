package org.lvs4j.examples.standalone;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.RelayMetrics;
import org.lvs4j.netty.Transport;
import org.lvs4j.netty.tun.TunMetrics;
import org.lvs4j.netty.tun.TunPlane;
import org.lvs4j.service.VirtualService;
import org.slf4j.LoggerFactory;

/** Carries the traffic of a director's services: a relay of connections, or a forwarder of packets. Thread-safe. */
interface Plane extends AutoCloseable {
    /**
     * Makes sure that services can be served before they are added to the director. {@link #refresh} releases what was
     * acquired for services that are not added after all.
     *
     * @throws org.lvs4j.netty.RelayException if the relay cannot listen for one of them; nothing has changed then
     * @throws IllegalStateException if the plane is stopping
     */
    void prepare(Collection<VirtualService> services);

    /**
     * Brings the plane in line with the director's services.
     *
     * @throws org.lvs4j.netty.tun.TunException if the packet plane cannot serve them
     * @throws IllegalStateException if the plane is stopping
     */
    void refresh();

    /**
     * Accepts no new connections, waits for the open ones to end, and closes.
     *
     * @return whether all connections ended before the deadline; the others are reset
     */
    boolean drain(Duration deadline);

    /** The reason why another process cannot get the listening sockets, or null if it can. */
    @Nullable
    String handOverProblem();

    /**
     * Passes the listening sockets on to another process.
     *
     * @param descriptors sends each; the descriptor stays this process's
     * @throws IllegalStateException if the plane is stopping
     */
    void handOver(IntConsumer descriptors);

    /**
     * As {@link #drain}, but all clients that have not been accepted are left to the process that has the sockets.
     *
     * @param accepted is called when no more clients are accepted, once or more often
     */
    boolean drainHandedOver(Duration deadline, Runnable accepted);

    /** Stops at once. */
    @Override
    void close();

    /** Undoes everything that would outlive the process, which is about to end. */
    void abandon();

    /** Sets the receiver of a failure that ends the plane; it is called at most once. */
    void onFailure(Consumer<Throwable> report);

    /**
     * Registers the meters of the plane.
     *
     * @return removes them
     */
    Runnable bindTo(MeterRegistry registry);

    /** Completes once each event loop of the plane has answered; never while one is stuck. */
    CompletionStage<Void> heartbeat();

    /** Notes for the operator about the start, one a line; may be empty. */
    String announcement();

    /**
     * A relay.
     *
     * @param announcement its notes for the operator
     */
    static Plane of(Relay relay, String announcement) {
        return new Plane() {
            @Override
            public void prepare(Collection<VirtualService> services) {
                relay.prepare(services);
            }

            @Override
            public void refresh() {
                try {
                    relay.refresh();
                } catch (RelayException e) {
                    // Not about services that have just been added: those were prepared. The relay tries again.
                    e.problems()
                            .forEach(problem ->
                                    LoggerFactory.getLogger(Plane.class).warn("{}", problem));
                }
            }

            @Override
            public boolean drain(Duration deadline) {
                return relay.drain(deadline);
            }

            @Override
            public @Nullable String handOverProblem() {
                return relay.transport() == Transport.EPOLL
                        ? null
                        : "it runs with --transport "
                                + relay.transport().name().toLowerCase(Locale.ROOT)
                                + ", and only epoll can pass listening sockets on; stop it before the new one starts";
            }

            @Override
            public void handOver(IntConsumer descriptors) {
                relay.handOver(descriptors);
            }

            @Override
            public boolean drainHandedOver(Duration deadline, Runnable accepted) {
                return relay.drainHandedOver(deadline, left -> accepted.run());
            }

            @Override
            public void close() {
                relay.close();
            }

            @Override
            public void abandon() {
                // The system closes sockets with the process.
            }

            @Override
            public void onFailure(Consumer<Throwable> report) {
                // No failure of a socket ends a relay.
            }

            @Override
            public Runnable bindTo(MeterRegistry registry) {
                RelayMetrics metrics = RelayMetrics.of(relay);
                metrics.bindTo(registry);
                return metrics::close;
            }

            @Override
            public CompletionStage<Void> heartbeat() {
                return relay.heartbeat();
            }

            @Override
            public String announcement() {
                return announcement;
            }
        };
    }

    /**
     * A packet plane.
     *
     * @param announcement its notes for the operator
     */
    static Plane of(TunPlane plane, String announcement) {
        return new Plane() {
            @Override
            public void prepare(Collection<VirtualService> services) {
                // What the network cannot serve is found by the refresh, which restores it then.
            }

            @Override
            public void refresh() {
                plane.refresh();
            }

            @Override
            public boolean drain(Duration deadline) {
                return plane.drain(deadline);
            }

            @Override
            public String handOverProblem() {
                return "it runs with --tun, and a TUN device serves one process; stop it before the new one starts";
            }

            @Override
            public void handOver(IntConsumer descriptors) {
                throw new UnsupportedOperationException(handOverProblem());
            }

            @Override
            public boolean drainHandedOver(Duration deadline, Runnable accepted) {
                return drain(deadline);
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
            public Runnable bindTo(MeterRegistry registry) {
                TunMetrics metrics = TunMetrics.of(plane);
                metrics.bindTo(registry);
                return metrics::close;
            }

            @Override
            public CompletionStage<Void> heartbeat() {
                return plane.heartbeat();
            }

            @Override
            public String announcement() {
                return announcement;
            }
        };
    }
}
