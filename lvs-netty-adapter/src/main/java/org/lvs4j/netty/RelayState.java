package org.lvs4j.netty;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.netty.internal.TimeHistogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state that all parts of one relay share. Thread-safe once the relay has started. */
final class RelayState {
    static final Logger LOGGER = LoggerFactory.getLogger(Relay.class);

    /** Another process gets the client's next datagram: after a pause of the server, nothing more is expected. */
    private static final long HANDED_OVER_UDP_NANOS = TimeUnit.SECONDS.toNanos(3);

    final Director director;
    final RelayOptions options;
    final RelayCounters counters = new RelayCounters();
    final RateLimitedLog log = new RateLimitedLog(LOGGER);
    final TimeHistogram connectTimes = new TimeHistogram();
    final TimeHistogram firstByteTimes = new TimeHistogram();
    final ServerReports reports;
    final ConnectionLog connectionLog;
    final DescriptorReserve descriptors = new DescriptorReserve(counters);
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Guarded by the relay's lock. */
    final AdoptedSockets adopted;

    private final Map<EventLoop, EventLoopState> loopStates = new IdentityHashMap<>();

    // Written with the relay's lock held, read by the event loops.
    private volatile LocalAddresses local = LocalAddresses.NONE;

    // Written by stop, read by the event loops: they refuse what they accept afterwards.
    private volatile boolean stopping;

    // Written before the event loops stop reading, read by them.
    private volatile boolean handedOver;

    RelayState(Director director, RelayOptions options) {
        this(director, options, new AdoptedSockets());
    }

    RelayState(Director director, RelayOptions options, AdoptedSockets adopted) {
        this.director = director;
        this.options = options;
        reports = new ServerReports(log);
        connectionLog = new ConnectionLog(options.connectionLog(), log);
        this.adopted = adopted;
    }

    /** Adds the state of a loop; only while the relay is being built. */
    void add(EventLoopState loopState) {
        loopStates.put(loopState.loop, loopState);
    }

    EventLoopState loopState(EventLoop loop) {
        EventLoopState loopState = loopStates.get(loop);
        if (loopState == null) {
            throw new IllegalStateException("not a loop of this relay: " + loop);
        }
        return loopState;
    }

    Iterable<EventLoopState> loopStates() {
        return loopStates.values();
    }

    /** The addresses of this host; empty as long as the relay listens at no wildcard address. */
    LocalAddresses local() {
        return local;
    }

    void local(LocalAddresses addresses) {
        local = addresses;
    }

    boolean stopping() {
        return stopping;
    }

    /** Whether another process has the listening sockets, so that this one reads no more from them. */
    boolean handedOver() {
        return handedOver;
    }

    /** Leaves the listening sockets to another process from now on. */
    void handOver() {
        handedOver = true;
    }

    /** Refuses new connections and flows from now on. */
    void stop() {
        stopping = true;
        if (counters.openConnections.get() == 0) {
            ended.complete(null);
        }
    }

    /** Counts the end of a TCP connection. */
    void connectionEnded() {
        if (counters.openConnections.decrementAndGet() == 0 && stopping) {
            ended.complete(null);
        }
    }

    /** The longest time that a TCP connection may be idle now; 0 for no limit. */
    long idleNanos() {
        Duration idleTimeout = options.idleTimeout();
        return idleTimeout != null
                ? RelayOptions.nanos(idleTimeout)
                : TimeUnit.SECONDS.toNanos(director.timeouts().tcp());
    }

    /** The same for a connection whose server has ended its stream. */
    long finishedIdleNanos() {
        long idle = idleNanos();
        long finished = TimeUnit.SECONDS.toNanos(director.timeouts().tcpFin());
        return idle == 0 ? finished : Math.min(idle, finished);
    }

    /** The longest time that a UDP flow may be idle now. */
    long udpNanos() {
        long nanos = TimeUnit.SECONDS.toNanos(director.timeouts().udp());
        return handedOver ? Math.min(nanos, HANDED_OVER_UDP_NANOS) : nanos;
    }
}
