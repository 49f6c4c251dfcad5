package org.lvs4j.netty;

import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Director;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all parts of one relay share. */
final class RelayState {
    static final Logger LOGGER = LoggerFactory.getLogger(Relay.class);

    final Director director;
    final RelayOptions options;
    final RelayCounters counters = new RelayCounters();
    final RateLimitedLog log = new RateLimitedLog(LOGGER);
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Map<EventLoop, EventLoopState> lanes = new IdentityHashMap<>();

    // Written by the thread that stops the relay, read by the event loops: volatile, so that what they accept from
    // then on is turned away.
    private volatile boolean stopping;

    RelayState(Director director, RelayOptions options) {
        this.director = director;
        this.options = options;
    }

    /** Adds the lane of a loop; only while the relay is being built. */
    void add(EventLoopState lane) {
        lanes.put(lane.loop, lane);
    }

    EventLoopState lane(EventLoop loop) {
        EventLoopState lane = lanes.get(loop);
        if (lane == null) {
            throw new IllegalStateException("not a loop of this relay: " + loop);
        }
        return lane;
    }

    Iterable<EventLoopState> lanes() {
        return lanes.values();
    }

    boolean stopping() {
        return stopping;
    }

    void stop() {
        stopping = true;
        if (counters.openConnections.get() == 0) {
            ended.complete(null);
        }
    }

    /** Gives back what admitted a TCP connection. */
    void leave() {
        if (counters.openConnections.decrementAndGet() == 0 && stopping) {
            ended.complete(null);
        }
    }

    /** How long a TCP connection may be idle now; 0 for ever. */
    long idleNanos() {
        return options.idleNanos() >= 0
                ? options.idleNanos()
                : TimeUnit.SECONDS.toNanos(director.timeouts().tcp());
    }

    /** The same for one whose server has sent its last byte. */
    long finishedIdleNanos() {
        long idle = idleNanos();
        long finished = TimeUnit.SECONDS.toNanos(director.timeouts().tcpFin());
        return idle == 0 ? finished : Math.min(idle, finished);
    }

    /** How long a UDP flow may be idle now. */
    long udpNanos() {
        return TimeUnit.SECONDS.toNanos(director.timeouts().udp());
    }
}
