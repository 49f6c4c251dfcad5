package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.function.ToLongFunction;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * Relays the TCP connections and UDP datagrams of a director's services between sockets: the address of each service is
 * bound, and what comes in goes to the server that the director chooses. It needs no privilege beyond that of binding
 * the addresses. Servers see the relay's address, not the client's.
 *
 * <pre>{@code
 * director.addService(VirtualService.builder(ServiceKey.tcp("127.0.0.1:8080")).build());
 * director.addServer(ServiceKey.tcp("127.0.0.1:8080"), RealServer.builder("192.168.1.1:80").build());
 * Relay relay = Relay.start(director);
 * }</pre>
 *
 * <p><b>TCP.</b> Nothing is read from a client before its server connection stands. A server that cannot be reached is
 * released, and another one tried, {@link Builder#retries} times. A client for whom there is no server is reset. Once
 * both stand, bytes, ends of stream and resets pass both ways. Removing a server, its weight 0, or the removal of a
 * service does not touch connections that exist.
 *
 * <p><b>UDP.</b> A client's address and port at one listening address make a flow, which keeps its server until nothing
 * has passed for the director's UDP timeout; its socket towards the server tells replies apart. In a one-packet service
 * the director places each datagram anew and releases it at once, and only the socket stays for replies; these are not
 * counted by the director. Datagrams without a server are dropped, and so are
 * those without content. Flows end with the removal of their service.
 *
 * <p><b>Addresses.</b> Services at port 0 and services of a firewall mark have no address that could be bound; give
 * them one by {@link Builder#listen}. There, port 0 lets the system choose: see {@link #address}.
 *
 * <p><b>Limits.</b> Connections, flows and the bytes held per connection have ceilings; what is above them is turned
 * away and counted in {@link #snapshot()}.
 *
 * <p>Assumptions: the director's clock follows real time. Guarantees: thread-safe; every connection is released at the
 * director exactly once, whatever happens to its sockets. Progress: no method waits for traffic but {@link #drain};
 * starting, {@link #refresh}, {@link #drain} and {@link #close} wait for sockets to be bound or closed and must not be
 * called by the relay's own threads. These keep the JVM alive until the relay is closed; they call
 * {@link Director#advance()} ten times a second.
 */
public final class Relay implements AutoCloseable {
    private static final long ADVANCE_MILLIS = 100;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;

    private final RelayState state;
    private final MultiThreadIoEventLoopGroup group;
    private final ListeningSockets listeners;

    private Relay(Director director, RelayOptions options) {
        state = new RelayState(director, options);
        group = new MultiThreadIoEventLoopGroup(
                options.threads(),
                new DefaultThreadFactory("lvs-relay"),
                options.transport().ioHandlerFactory());
        listeners = new ListeningSockets(state, group);
        for (EventExecutor loop : group) {
            state.add(new EventLoopState((EventLoop) loop, state));
        }
    }

    /**
     * Starts a relay with the defaults of its builder.
     *
     * @throws RelayException naming each service that cannot be listened for; nothing is bound then
     */
    public static Relay start(Director director) {
        return builder(director).start();
    }

    /** A builder for the relay of a director. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    private Relay begin() {
        List<String> problems;
        try {
            synchronized (this) {
                problems = listeners.update();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        if (!problems.isEmpty()) {
            close();
            throw new RelayException(problems);
        }
        state.lanes().forEach(EventLoopState::start);
        group.next().scheduleWithFixedDelay(this::advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
        RelayState.LOGGER.info("relay started on {}", transport());
        return this;
    }

    private void advance() {
        try {
            state.director.advance();
        } catch (RuntimeException e) {
            // Going on is better than a director whose time stands still.
            RelayState.LOGGER.error("the director failed to advance", e);
        }
    }

    /** What it runs on; never {@link Transport#AUTO}. */
    public Transport transport() {
        return state.options.transport();
    }

    /**
     * Follows the director's services: binds those that are new and unbinds those that are gone, whose TCP connections
     * go on.
     *
     * @throws RelayException naming each service that cannot be listened for; all others are as they should be
     * @throws IllegalStateException if the relay has been drained or closed
     */
    public synchronized void refresh() {
        if (state.stopping()) {
            throw new IllegalStateException("the relay is closed");
        }
        List<String> problems = listeners.update();
        if (!problems.isEmpty()) {
            throw new RelayException(problems);
        }
    }

    /**
     * Where a service is listened for. For a service at port 0 or of a firewall mark it is the first matching address
     * that was given to {@link Builder#listen}, with the port that the system has chosen if it was 0 there.
     *
     * @throws java.util.NoSuchElementException if it is not listened for
     */
    public synchronized InetSocketAddress address(ServiceKey key) {
        return listeners.bound(requireNonNull(key, "key"));
    }

    /** What it has done so far, and what is open now. */
    public RelaySnapshot snapshot() {
        return state.counters.snapshot();
    }

    /** How many sockets of TCP connections are open. Asks each event loop, and waits for the answer. */
    long openSockets() {
        return sum(EventLoopState::openSockets);
    }

    /** How much memory waits to be written to TCP sockets, in bytes. Asks each event loop, and waits for the answer. */
    long queuedBytes() {
        return sum(EventLoopState::queuedBytes);
    }

    private long sum(ToLongFunction<EventLoopState> quantity) {
        long sum = 0;
        for (EventLoopState lane : state.lanes()) {
            sum += lane.loop.isTerminated()
                    ? quantity.applyAsLong(lane)
                    : lane.loop
                            .submit(() -> quantity.applyAsLong(lane))
                            .syncUninterruptibly()
                            .getNow();
        }
        return sum;
    }

    /**
     * Stops accepting, waits for TCP connections to end, and {@link #close() closes} the relay. UDP flows, which have
     * no end, are served while it waits, but no new ones. The number of connections left is logged once a second.
     *
     * @param deadline how long to wait at most; connections that are left then are reset
     * @return whether all connections ended by themselves
     */
    public boolean drain(Duration deadline) {
        return drain(deadline, left -> {});
    }

    /**
     * As {@link #drain(Duration)}.
     *
     * @param progress is called on this thread about once a second, with the number of connections left
     */
    public boolean drain(Duration deadline, IntConsumer progress) {
        requireNonNull(progress, "progress");
        long patience = nanos(deadline);
        long end = System.nanoTime() + patience;
        synchronized (this) {
            state.stop();
            listeners.unbindTcp();
        }
        boolean all = false;
        try {
            for (long left = patience; !all; left = end - System.nanoTime()) {
                int open = state.counters.openConnections.get();
                if (open != 0) {
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(Math.max(0, left));
                    RelayState.LOGGER.info("draining: {} connections left, {} s to go", open, seconds);
                    progress.accept(open);
                }
                all = awaitEnd(Math.max(0, Math.min(left, PROGRESS_NANOS)));
                if (!all && left <= 0) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
        return all;
    }

    /** A duration in nanoseconds; very long ones all mean the same. */
    private static long nanos(Duration duration) {
        return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos();
    }

    private boolean awaitEnd(long nanos) throws InterruptedException {
        try {
            state.ended.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError("never completed with an exception", e);
        }
    }

    /** Stops at once: every address is unbound, every connection reset, every flow ended. Idempotent. */
    @Override
    public synchronized void close() {
        if (group.isShuttingDown()) {
            return;
        }
        state.stop();
        listeners.unbindAll();
        List<Future<?>> ending = new ArrayList<>();
        for (EventLoopState lane : state.lanes()) {
            ending.add(lane.loop.submit(lane::abortAll));
        }
        ending.forEach(Future::awaitUninterruptibly);
        // Some transports close a socket a moment after they are told to; a quiet moment lets them.
        group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        RelayState.LOGGER.info("relay stopped");
    }

    /** Collects how a relay is to behave; not thread-safe. */
    public static final class Builder {
        private final Director director;
        private final List<ListenAddress> listen = new ArrayList<>();
        private Transport transport = Transport.AUTO;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int acceptors = 1;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private int retries = 2;
        private long idleNanos = -1;
        private int maxConnections = 100_000;
        private int bufferBytes = 128 * 1024;
        private int udpFlows = 16_384;

        private Builder(Director director) {
            this.director = director;
        }

        /** How to talk to the operating system; {@link Transport#AUTO} by default. */
        public Builder transport(Transport value) {
            transport = requireNonNull(value, "value");
            return this;
        }

        /** The number of threads, from 1; as many as processors by default. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * How many sockets listen at each address, 1..1024, so that several threads accept at the same time; 1 by
         * default. Only Linux shares the load among them: elsewhere it is always 1.
         */
        public Builder acceptors(int value) {
            acceptors = value;
            return this;
        }

        /** How long a server may take to accept a connection, from 1 ms to 1 hour; 5 seconds by default. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = requireNonNull(value, "value");
            return this;
        }

        /** How many other servers to try when one cannot be reached, 0..100; 2 by default. */
        public Builder retries(int value) {
            retries = value;
            return this;
        }

        /**
         * How long a TCP connection may be idle in both directions before it is reset; zero for ever. By default, what
         * the director says of established connections. One whose server has finished gets no more than what the
         * director says of those. A connection may live up to two seconds longer than that.
         */
        public Builder idleTimeout(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("idle timeout " + value + " is negative");
            }
            idleNanos = nanos(value);
            return this;
        }

        /** How many TCP connections may be open, from 1; any more are reset at once. 100,000 by default. */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /**
         * How many bytes of memory may wait in one direction of a TCP connection before reading stops, 1024 to 1 GiB;
         * 128 KiB by default. One read more, of at most half of that and 64 KiB, may be held. The native transports
         * read on if the sender has finished: what the system's receive buffer holds is then added.
         */
        public Builder bufferBytes(int value) {
            bufferBytes = value;
            return this;
        }

        /** How many UDP flows may exist, from 1; datagrams that need another are dropped. 16,384 by default. */
        public Builder udpFlows(int value) {
            udpFlows = value;
            return this;
        }

        /**
         * Adds a listening address, for services at port 0 or of a firewall mark. It takes the place of a service at
         * the same address, which then gets only what the mark's service leaves to it.
         *
         * @param protocol TCP or UDP
         * @param endpoint where to listen; port 0 lets the system choose one
         * @param mark the firewall mark of all that comes in there, unsigned; 0 for none
         */
        public Builder listen(Protocol protocol, Endpoint endpoint, int mark) {
            if (protocol != Protocol.TCP && protocol != Protocol.UDP) {
                throw new IllegalArgumentException(protocol + " is not relayed, only TCP and UDP");
            }
            listen.add(new ListenAddress(protocol, requireNonNull(endpoint, "endpoint"), mark));
            return this;
        }

        /**
         * Starts the relay.
         *
         * @throws IllegalArgumentException naming every number that is out of range
         * @throws RelayException naming each service that cannot be listened for, or why the transport is not
         *     available; nothing is bound then
         */
        public Relay start() {
            RelayOptions options = new RelayOptions(
                    transport.resolve(),
                    threads,
                    acceptors,
                    connectTimeout.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : connectTimeout.toMillis(),
                    retries,
                    idleNanos,
                    maxConnections,
                    bufferBytes,
                    udpFlows,
                    List.copyOf(listen));
            Throwable unavailability = transport.unavailability();
            if (unavailability != null) {
                throw new RelayException(
                        "transport " + transport + " is not available here: " + unavailability.getMessage(),
                        unavailability);
            }
            return new Relay(director, options).begin();
        }
    }
}
