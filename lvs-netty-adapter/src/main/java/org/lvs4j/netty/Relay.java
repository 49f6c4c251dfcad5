package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.ChangedServices;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.LoopLag;
import org.lvs4j.netty.internal.NettyVersion;
import org.lvs4j.netty.internal.TimeHistogram;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Relays the TCP connections and UDP datagrams of a director's services between sockets: it listens at the address of
 * each service, and passes what arrives there on to the server that the director chooses. It needs no privilege beyond
 * that of binding the addresses. Servers see the relay's address, not the client's.
 *
 * <pre>{@code
 * director.addService(
 *         VirtualService.builder(ServiceKey.tcp("127.0.0.1:8080")).build(), RealServer.of("192.168.1.1:80"));
 * Relay relay = Relay.start(director);
 * }</pre>
 *
 * <p><b>TCP.</b> Nothing is read from a client before its server is connected, so a server may speak first. Only in a
 * service with a persistence engine, what identifies the client is read first: at most 16 KiB, within {@link
 * Builder#identifyTimeout}. If a server cannot be reached, the connection is placed on another one, {@link
 * Builder#retries} times, and so if no local port is free towards it; no other one is tried if this host lacks the
 * memory for a socket. A client for which there is no server is reset. With
 * {@code conn_reuse_mode} 0, a client that resets its connection and connects from the same port again keeps its
 * server, but not if the second connection is accepted before the reset of the first one has been read. Once both sides are connected, bytes, ends of stream and resets pass
 * both ways; urgent data keeps its place in the stream, as ordinary bytes. After a reset of one side, the other one
 * gets everything that was on its way to it, and then the reset. Removing a server, its weight 0, or the removal of a
 * service does not touch connections that exist, unless {@code expire_nodest_conn} is set. If a server is {@linkplain
 * Director#drain drained}, its idle connections are closed in order ({@link Builder#drainIdle}); the others go on until
 * the director ends them, and are reset then.
 *
 * <p>A connection is idle while nothing moves: while no side sends, and none takes what was sent to it. On epoll and
 * io_uring the system tells what a side has taken. Elsewhere only the system's send buffer is seen to have room, so the
 * relay limits its size to {@link Builder#bufferBytes}, of which Linux makes twice as much: a side that takes at least
 * that much within the limit is never called idle, such as 300 bytes a second for 128 KiB and 900 s.
 *
 * <p><b>UDP.</b> The datagrams of a client's address and port at one listening address are a flow. A flow keeps its
 * server until no datagram has passed for the director's UDP timeout; its socket towards the server distinguishes its
 * replies from others. In a one-packet service the director places every datagram by itself and releases it at once;
 * only the socket is kept, for replies, which the director does not count. Datagrams without a server are dropped.
 * Empty ones pass both ways; on kqueue those of servers are lost. The flows of a service end when it is removed, and so
 * does a flow whose connection the director has ended ({@link org.lvs4j.Connection#expired}): its next datagram is
 * placed again. If a flow's socket cannot be opened, the datagram goes to another server, {@link Builder#retries}
 * times, or, if this host lacks a descriptor, a port or memory, is dropped; nothing of the flow remains.
 *
 * <p><b>Addresses.</b> The relay follows the services of its director by itself, on a thread of its own: {@link
 * #refresh} waits for that, {@link #prepare} does it ahead of a change, and {@link #problems} tells what failed. An
 * IPv4 address takes clients of IPv4 only, an IPv6 address those of IPv6: {@code 0.0.0.0:80} and {@code [::]:80} are
 * two services. If several addresses fit, the most specific one gets the client. A UDP service at a wildcard address
 * answers from the address that the client has asked. To this end it has a socket at each address of this host's
 * interfaces, up to 1024, and follows these as they come and go, every two seconds. Further local addresses, such as
 * {@code 127.0.0.2}, are answered from correctly with epoll, and from an address that the system chooses otherwise. For
 * want of sockets of one family, io_uring and kqueue listen for TCP at {@code 0.0.0.0}, and NIO at {@code [::]}, by a
 * socket at each such address only.
 *
 * <p>A persistent service at port 0, which is one for every port, and a service of a firewall mark have no address to
 * bind; {@link Builder#listen} gives them one. There, port 0 lets the system choose, and so does port 0 of a service
 * without persistence: see {@link #address}.
 *
 * <p><b>Limits.</b> Connections, flows and the bytes held per connection have ceilings; what exceeds them is refused
 * and counted in {@link #snapshot()}. UDP flows leave the last descriptors below the process's limit, a sixteenth and
 * at most 32, to TCP and the rest of the process. While there are not two descriptors for each further client, clients
 * of TCP wait in the system's backlog, and are served as connections end. A warning that an outsider can cause is logged once a minute.
 *
 * <p>Assumptions: the director's clock follows real time. Guarantees: thread-safe; every connection is released at the
 * director exactly once, even if its sockets fail. Progress: {@link #transport} and {@link #snapshot} are wait-free.
 * All other methods are blocking; {@link #refresh}, {@link #prepare}, {@link #handOver} and {@link #close} wait for
 * sockets to be bound or closed, or for event loops, and {@link #drain} and {@link #drainHandedOver} for connections to
 * end. A call from an event loop of the relay is refused. The relay's own threads keep the JVM alive until the relay is
 * closed. An event loop calls {@link Director#advance()} ten times a second.
 */
public final class Relay implements AutoCloseable {
    private final RelayState state;
    private final RelayLoops loops;
    private final ChangedServices changed;
    private final RelayFollower follower;
    // Guarded by this object.
    private final ListeningSockets sockets;

    // Written with this object's lock held.
    private volatile List<String> problems = List.of();

    private Relay(Director director, RelayOptions options, AdoptedSockets adopted, @Nullable EventLoopGroup given) {
        state = new RelayState(director, options, adopted);
        loops = RelayLoops.of(state, given);
        sockets = new ListeningSockets(state, loops.group());
        follower = new RelayFollower(this::followChanges, this::check);
        changed = ChangedServices.of(director, ListeningSockets::affected, follower::wake);
    }

    /**
     * Starts a relay with the defaults of its builder.
     *
     * @return the relay, which the caller must close
     * @throws RelayException naming each service that cannot be listened for; nothing is bound then
     */
    public static Relay start(Director director) {
        return builder(director).start();
    }

    /** A builder for the relay of a director, whose services the relay listens for. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    private synchronized Relay begin() {
        try {
            List<String> failures = sockets.bindGiven();
            follow();
            failures.addAll(problems);
            if (!failures.isEmpty()) {
                throw new RelayException(failures);
            }
            state.descriptors.count();
            sockets.readAdopted();
            loops.start(follower::wake);
            follower.start();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        RelayState.LOGGER.info("relay started on {}", transport());
        return this;
    }

    /** The transport in use; never {@link Transport#AUTO}. */
    public Transport transport() {
        return state.options.transport();
    }

    /**
     * Waits until the relay has followed all changes of the director's services that have been made so far, and reports
     * what it cannot listen for. The relay follows by itself, too: it binds the addresses of new services, and unbinds
     * those of removed ones, whose TCP connections continue. The cost depends on the number of services that have been
     * added or removed; other changes, such as that of a server's weight, cost nothing.
     *
     * @throws RelayException naming each service that cannot be listened for; all others are listened for. The relay
     *     tries these again every two seconds, and with each refresh
     * @throws IllegalStateException if the relay has been drained or closed, or on an event loop of it
     */
    public void refresh() {
        RelayLoops.requireNoLoopOf(loops.group());
        refreshLocked();
    }

    private synchronized void refreshLocked() {
        requireOpen();
        changed.putBack(sockets.settle());
        follow();
        if (!problems.isEmpty()) {
            throw new RelayException(problems);
        }
    }

    /**
     * Binds the addresses of services that will be added to the director, or none of them. So an addition that cannot
     * be listened for is found before it is made. Add the services next, then call {@link #refresh()}, which unbinds
     * those that were not added after all. Until then their clients are reset. A service that exists already, or that a
     * given address serves, needs nothing.
     *
     * @param services the services
     * @throws RelayException naming each service that cannot be listened for; none of them is bound then
     * @throws IllegalStateException if the relay has been drained or closed, or on an event loop of it
     */
    public void prepare(Collection<VirtualService> services) {
        List<VirtualService> copy = new ArrayList<>();
        for (VirtualService service : requireNonNull(services, "services")) {
            copy.add(requireNonNull(service, "services contains null"));
        }
        RelayLoops.requireNoLoopOf(loops.group());
        synchronized (this) {
            requireOpen();
            Map<ServiceKey, String> failures = sockets.prepare(copy);
            if (!failures.isEmpty()) {
                throw new RelayException(List.copyOf(failures.values()));
            }
        }
    }

    private void requireOpen() {
        if (state.stopping()) {
            throw new IllegalStateException("the relay is closed");
        }
    }

    /** Follows what has changed so far. The caller holds the lock. */
    private void follow() {
        Set<ServiceKey> keys = changed.take();
        try {
            sockets.follow(keys);
        } catch (RuntimeException e) {
            changed.putBack(keys);
            throw e;
        }
        problems = sockets.problems();
    }

    private synchronized void followChanges() {
        if (state.descriptors.recountDue()) {
            state.descriptors.count();
        }
        if (!state.stopping()) {
            List<String> before = problems;
            follow();
            logNew(before);
        }
    }

    private synchronized void check() {
        state.descriptors.count();
        if (!state.stopping()) {
            List<String> before = problems;
            sockets.followLocal();
            follow();
            logNew(before);
        }
    }

    private void logNew(List<String> before) {
        Set<String> known = Set.copyOf(before);
        for (String problem : problems) {
            if (!known.contains(problem)) {
                RelayState.LOGGER.warn("{}; trying again", problem);
            }
        }
    }

    /**
     * What the relay cannot listen for now, one sentence for each service, or for each local address of a wildcard
     * address. Empty if everything is listened for. Unmodifiable. Wait-free.
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * The address at which a service is listened for. For a service that is served by an address given to {@link
     * Builder#listen}, it is the first of these. The port is that which the system has chosen, if it was 0.
     *
     * @return the address, never null
     * @throws java.util.NoSuchElementException if the service is not listened for
     */
    public InetSocketAddress address(ServiceKey key) {
        requireNonNull(key, "key");
        RelayLoops.requireNoLoopOf(loops.group());
        synchronized (this) {
            return sockets.bound(key);
        }
    }

    /** The counters so far, and the numbers of open connections and flows. */
    public RelaySnapshot snapshot() {
        return state.counters.snapshot();
    }

    /**
     * Completes once each of its event loops has answered: the timer of the loop has run a task. While one is stuck, it
     * does not complete; a supervisor that waits for it, such as the watchdog of systemd, learns that. A relay that
     * is closed has no loop to wait for. Does not block.
     */
    public CompletionStage<Void> heartbeat() {
        return EventLoops.heartbeat(loops.group());
    }

    int maxConnections() {
        return state.options.maxConnections();
    }

    int maxFlows() {
        return state.options.udpFlows();
    }

    /** How late its event loops run what is due. */
    LoopLag loopLag() {
        return loops.lag();
    }

    /** Receives how long each connect of TCP has taken. */
    TimeHistogram connectTimes() {
        return state.connectTimes;
    }

    /** Receives how long each server has taken to its first byte over TCP. */
    TimeHistogram firstByteTimes() {
        return state.firstByteTimes;
    }

    /** The number of open sockets of TCP connections. Waits for each event loop. */
    long openSockets() {
        return loops.sum(EventLoopState::openSockets);
    }

    /** The memory that waits to be written to TCP sockets, in bytes. Waits for each event loop. */
    long queuedBytes() {
        return loops.sum(EventLoopState::queuedBytes);
    }

    /**
     * Stops accepting, waits for TCP connections to end, and {@link #close() closes} the relay. Idle connections are
     * closed in order meanwhile ({@link Builder#drainIdle}). UDP flows, which have no end, are served while it waits,
     * but no new ones. The number of connections left is logged once a second. An interrupt of the thread ends the
     * wait, and stays set.
     *
     * @param deadline the longest time to wait; in its last tenth, the connections left are reset one after another.
     *     Zero or less does not wait
     * @return whether no connection was reset
     */
    public boolean drain(Duration deadline) {
        return drain(deadline, left -> {});
    }

    /**
     * Drains the relay as {@link #drain(Duration)} does, and reports its progress.
     *
     * @param deadline as for {@link #drain(Duration)}
     * @param progress called by this thread about once a second, with the number of connections left; an exception that
     *     it throws closes the relay and is rethrown
     * @return whether no connection was reset
     */
    public boolean drain(Duration deadline, IntConsumer progress) {
        requireNonNull(progress, "progress");
        long nanos = RelayOptions.nanos(requireNonNull(deadline, "deadline"));
        RelayLoops.requireNoLoopOf(loops.group());
        synchronized (this) {
            state.stop();
            sockets.unbindTcp();
        }
        try {
            return new RelayDrain(state, loops).await(nanos, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            close();
        }
    }

    /**
     * Passes the listening sockets on, so that another process can {@link Builder#adopt adopt} them: by a Unix socket,
     * for instance. Both processes then have them, and both get clients. This relay goes on as before, whatever becomes
     * of the other process; once that serves, {@link #drainHandedOver} leaves all clients to it.
     *
     * @param descriptors is called by this thread, with the relay's lock held, for the descriptor of each listening
     *     socket. The number is valid during the call only, and the relay's: the receiver must send or duplicate it,
     *     and must not close it. An exception that it throws ends this method and is rethrown
     * @throws UnsupportedOperationException if the transport is not {@link Transport#EPOLL}
     * @throws IllegalStateException if the relay has been drained or closed, or on an event loop of it
     */
    public void handOver(IntConsumer descriptors) {
        requireNonNull(descriptors, "descriptors");
        RelayLoops.requireNoLoopOf(loops.group());
        synchronized (this) {
            requireOpen();
            requireEpoll();
            for (Channel channel : sockets.channels()) {
                if (channel instanceof UnixChannel socket) {
                    descriptors.accept(socket.fd().intValue());
                }
            }
        }
    }

    private void requireEpoll() {
        if (transport() != Transport.EPOLL) {
            throw new UnsupportedOperationException("transport " + transport()
                    + " cannot hand listening sockets over, only " + Transport.EPOLL + " can");
        }
    }

    /**
     * Drains the relay as {@link #drain(Duration, IntConsumer)} does, after another process has adopted the listening
     * sockets. It stops reading from them first, and then closes them, so that all clients that it has not accepted by
     * then are left to the other process; those that it has accepted are served. UDP flows send answers to their
     * clients while it waits, and each ends when its server has sent nothing for three seconds; it waits for their end,
     * too. A client's next datagram begins a flow in the other process.
     *
     * @param deadline as for {@link #drain(Duration)}
     * @param progress as for {@link #drain(Duration, IntConsumer)}
     * @return whether no connection was reset
     * @throws UnsupportedOperationException if the transport is not {@link Transport#EPOLL}
     */
    public boolean drainHandedOver(Duration deadline, IntConsumer progress) {
        requireNonNull(deadline, "deadline");
        requireNonNull(progress, "progress");
        RelayLoops.requireNoLoopOf(loops.group());
        requireEpoll();
        synchronized (this) {
            if (!state.stopping()) {
                state.handOver();
                sockets.stopReading();
                // Clients that have been accepted are on their way to their loops, and are served.
                loops.sum(EventLoopState::openSockets);
            }
        }
        return drain(deadline, progress);
    }

    /**
     * Stops at once: every address is unbound, every connection reset, every flow ended, and so are the relay's threads.
     * {@linkplain Builder#eventLoops Event loops of the application} continue, without a channel, timer or task of the
     * relay. Idempotent.
     */
    @Override
    public void close() {
        RelayLoops.requireNoLoopOf(loops.group());
        synchronized (this) {
            if (loops.ended()) {
                return;
            }
            state.stop();
            follower.stop();
            sockets.unbindAll();
            loops.end();
        }
        // Without the relay's lock: a listener of the director may be waiting for that, with the director's lock held.
        changed.close();
        RelayState.LOGGER.info("relay stopped");
    }

    /** Builds a relay. {@link #start()} checks the values. Not thread-safe. */
    public static final class Builder {
        private static final String NOT_LOADED = "could not load a native library: ";

        private final Director director;
        private final List<ListenAddress> listen = new ArrayList<>();
        private Transport transport = Transport.AUTO;
        private @Nullable Integer threads;
        private @Nullable EventLoopGroup eventLoops;
        private int acceptors = 1;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration identifyTimeout = Duration.ofSeconds(5);
        private int retries = 2;
        private @Nullable Duration idleTimeout;
        private int maxConnections = 100_000;
        private int bufferBytes = 128 * 1024;
        private @Nullable Integer udpFlows;
        private Duration drainIdle = Duration.ofSeconds(1);
        private int retryUnanswered;
        private @Nullable Consumer<? super ConnectionRecord> connectionLog;
        private final List<Integer> adopted = new ArrayList<>();

        private Builder(Director director) {
            this.director = director;
        }

        /** The interface to the operating system; {@link Transport#AUTO} by default. */
        public Builder transport(Transport value) {
            transport = requireNonNull(value, "value");
            return this;
        }

        /**
         * Uses the application's event loops, of any of Netty's transports, and never shuts them down. They must run until
         * the relay is closed. By default the relay has loops of its own; {@link #transport} and {@link #threads} are
         * about these, and contradict this option.
         *
         * <p>On io_uring a lack of memory ends an event loop of Netty, and a lack of descriptors may end clients that the
         * system has accepted; the relay's own loops prevent both.
         */
        public Builder eventLoops(EventLoopGroup loops) {
            eventLoops = requireNonNull(loops, "loops");
            return this;
        }

        /** The number of threads, 1..4096; by default the number of processors. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * The number of sockets that listen at each address, 1..1024, so that several threads accept at the same time;
         * 1 by default. Only Linux shares the load among them: elsewhere it is always 1.
         */
        public Builder acceptors(int value) {
            acceptors = value;
            return this;
        }

        /** The longest time that a server may take to accept a connection, 1 ms to 1 hour; 5 seconds by default. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = requireNonNull(value, "value");
            return this;
        }

        /**
         * The longest time that a client of a TCP service with a persistence engine may take to send what identifies
         * it, 1 ms to 1 hour; 5 seconds by default. A client may exceed it by up to two seconds.
         */
        public Builder identifyTimeout(Duration value) {
            identifyTimeout = requireNonNull(value, "value");
            return this;
        }

        /** The number of further servers to try when one cannot be reached, 0..100; 2 by default. */
        public Builder retries(int value) {
            retries = value;
            return this;
        }

        /**
         * The longest time that a TCP connection may be idle in both directions before it is reset; zero for no limit,
         * not negative. By default it is the director's timeout of established connections. After the end of the
         * server's stream, or the reset of one side, the limit is at most the director's timeout of such connections.
         * A connection may exceed its limit by up to four seconds. A side whose stream had been ended, and that has
         * taken all of it, sees no reset.
         */
        public Builder idleTimeout(Duration value) {
            idleTimeout = requireNonNull(value, "value");
            return this;
        }

        /** The ceiling of open TCP connections, from 1; any more are reset at once. 100,000 by default. */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /**
         * The memory in bytes that may wait in one direction of a TCP connection before reading stops, 1024 to 1 GiB;
         * 128 KiB by default. One further read, of at most half of that and 64 KiB, may be held. The native transports
         * read on after the end of the sender's stream, which adds what the system's receive buffer holds.
         */
        public Builder bufferBytes(int value) {
            bufferBytes = value;
            return this;
        }

        /**
         * The ceiling of UDP flows, from 1; datagrams that need another one are dropped. 16,384 by default. A flow
         * takes 2 to 3 KiB of memory, but on io_uring, whose sockets hold large buffers, 170 KiB of the heap and as
         * much outside it; there the default is as many as fit into a third of the largest heap, at most 16,384.
         */
        public Builder udpFlows(int value) {
            udpFlows = value;
            return this;
        }

        /**
         * The time without a byte after which a connection counts as idle in a drain of its server or of the relay, up
         * to 1 hour; 1 second by default; zero for never. A connection is not idle while the client waits for an
         * answer, or a side has not taken what was sent to it. An idle one is closed as by its client: its server sees
         * the end of the stream, and what the server still sends reaches the client; a server that does not end its
         * stream in turn has the same time for that. The relay does not know where an answer ends: one that pauses for
         * longer than this time may be cut off.
         */
        public Builder drainIdle(Duration value) {
            drainIdle = requireNonNull(value, "value");
            return this;
        }

        /**
         * The number of bytes, up to 65,536, that are kept of what a client sends first, so that another server can be
         * asked if one ends the connection without having sent a byte; 0, the default, keeps nothing, and the client
         * sees what the server does. It is tried as often as {@link #retries} allows, failed connects included. Once
         * the server has sent a byte or the client has sent more, the connection is not retried, and neither is one whose
         * client has ended its stream without a byte.
         *
         * <p>A server may have acted on a request before it failed. So this is for services whose requests may be
         * repeated. A failed attempt to connect is always retried: that server has seen nothing.
         */
        public Builder retryUnanswered(int bytes) {
            retryUnanswered = bytes;
            return this;
        }

        /**
         * Takes a record of each TCP connection and UDP flow when it has ended, such as an {@link AccessLog}; none by
         * default, which costs nothing. Clients that are reset at once have a record, too; a datagram that finds no
         * place has none.
         *
         * @param receiver called by the event loops, by several at a time, and so it must be thread-safe and quick. An
         *     exception that it throws is logged, once a minute, and harms nothing
         */
        public Builder connectionLog(Consumer<? super ConnectionRecord> receiver) {
            connectionLog = requireNonNull(receiver, "receiver");
            return this;
        }

        /**
         * Adds a listening address, for services at port 0 or of a firewall mark. It replaces that of a service at the
         * same address, which then gets only what the service of the mark leaves to it.
         *
         * @param protocol TCP or UDP
         * @param endpoint the address to listen at; port 0 lets the system choose one
         * @param mark the firewall mark of everything that arrives there, unsigned; 0 for none
         */
        public Builder listen(Protocol protocol, Endpoint endpoint, int mark) {
            listen.add(new ListenAddress(
                    requireNonNull(protocol, "protocol"), requireNonNull(endpoint, "endpoint"), mark));
            return this;
        }

        /**
         * Adds a listening socket that another process has bound, such as the service manager, or a relay by {@link
         * Relay#handOver}. The relay takes it instead of binding its address, and so clients that wait in its queue are
         * served; all sockets of an address are taken, even more than {@link #acceptors}. One at an address that no
         * service has is closed, and a warning is logged. An address with port 0 takes none. Nothing is read from these
         * sockets before everything is bound. Only {@link Transport#EPOLL} can do so.
         *
         * <p>Refused are: anything but a listening socket of TCP or an unconnected, bound one of UDP; a socket of IPv6
         * at the wildcard address that takes clients of IPv4, too, or at an IPv4-mapped address; a descriptor that is
         * given twice; more than 1024 sockets at one address. A blocking socket becomes non-blocking, in the other
         * process, too; that needs {@code net.java.dev.jna:jna}.
         *
         * @param descriptor the number of the open descriptor, not negative. It belongs to the relay as soon as {@link
         *     #start()} has found nothing to refuse; if it fails later, the descriptor is closed
         */
        public Builder adopt(int descriptor) {
            if (descriptor < 0) {
                throw new IllegalArgumentException("descriptor " + descriptor + " is negative");
            }
            adopted.add(descriptor);
            return this;
        }

        /**
         * Starts the relay.
         *
         * @return the relay, which the caller must close
         * @throws IllegalArgumentException naming every option that is out of range or contradicts {@link #eventLoops}
         * @throws IllegalStateException on an event loop of {@link #eventLoops}
         * @throws RelayException naming each service that cannot be listened for, each descriptor that cannot be
         *     adopted, or why the transport is not available; nothing is bound then
         * @throws IllegalStateException if the application has a Netty that is older than 4.2
         */
        public Relay start() {
            NettyVersion.require();
            EventLoopGroup given = eventLoops;
            Transport used = given == null ? transport.resolve() : ofApplication(given);
            RelayOptions options = new RelayOptions(
                    used,
                    threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                    acceptors,
                    connectTimeout,
                    identifyTimeout,
                    retries,
                    idleTimeout,
                    maxConnections,
                    bufferBytes,
                    udpFlows == null ? RelayOptions.defaultUdpFlows(used) : udpFlows,
                    drainIdle,
                    retryUnanswered,
                    connectionLog,
                    listen);
            if (given == null && transport == Transport.AUTO && options.transport() == Transport.NIO) {
                Transport wanted = Transport.ofThisSystem();
                Throwable missing = wanted.unavailability();
                if (missing != null && !isAbsent(missing)) {
                    RelayState.LOGGER.warn(
                            "transport {} is used, which is slower, because {} is not available here: {}",
                            Transport.NIO,
                            wanted,
                            reason(missing));
                }
            }
            Throwable unavailability = transport.unavailability();
            if (unavailability != null) {
                throw new RelayException(
                        "transport " + transport + " is not available here: " + reason(unavailability), unavailability);
            }
            if (!adopted.isEmpty() && options.transport() != Transport.EPOLL) {
                throw new RelayException(List.of("transport " + options.transport()
                        + " cannot adopt the listening sockets of another process, only " + Transport.EPOLL + " can"));
            }
            return new Relay(director, options, AdoptedSockets.of(adopted), given).begin();
        }

        /** Checks the application's event loops, and returns their transport. */
        private Transport ofApplication(EventLoopGroup given) {
            List<String> problems = new ArrayList<>();
            if (threads != null) {
                problems.add("threads " + threads + " contradicts eventLoops, whose number is the application's");
            }
            if (transport != Transport.AUTO) {
                problems.add("transport " + transport + " contradicts eventLoops, which have one");
            }
            Set<Transport> transports = EnumSet.noneOf(Transport.class);
            for (EventExecutor loop : given) {
                Transport of = loop instanceof EventLoop eventLoop ? Transport.of(eventLoop) : null;
                if (of == null) {
                    problems.add("eventLoops: " + loop + " is of no known transport");
                } else {
                    transports.add(of);
                }
            }
            if (transports.size() != 1) {
                problems.add("eventLoops: the loops are of these transports, not of one: " + transports);
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("relay: " + String.join("; ", problems));
            }
            RelayLoops.requireNoLoopOf(given);
            return transports.iterator().next();
        }

        /** Whether the jar of a native library is missing, which is optional, and no fault. */
        private static boolean isAbsent(Throwable unavailability) {
            String reason = String.valueOf(unavailability.getMessage());
            if (!reason.startsWith(NOT_LOADED)) {
                return false;
            }
            String library = System.mapLibraryName(reason.substring(NOT_LOADED.length()));
            return Epoll.class.getClassLoader().getResource("META-INF/native/" + library) == null;
        }

        /** What Netty says, which is nothing for another system's transport. */
        private static String reason(Throwable unavailability) {
            String reason = unavailability.getMessage();
            if (reason == null) {
                return "it belongs to another operating system, or its native library is missing";
            }
            if (isAbsent(unavailability)) {
                return reason + " (its jar is not on the class path or module path)";
            }
            return unavailability instanceof UnsatisfiedLinkError || reason.startsWith(NOT_LOADED)
                    ? reason + " (it is unpacked into " + System.getProperty("java.io.tmpdir")
                            + ", which must be writable and not mounted noexec; -Djava.io.tmpdir names another"
                            + " directory)"
                    : reason;
        }
    }
}
