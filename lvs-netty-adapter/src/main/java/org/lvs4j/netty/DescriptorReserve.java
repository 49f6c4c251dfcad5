package org.lvs4j.netty;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of the process, as far as a relay takes them, and those that it leaves free.
 *
 * <p>A client of TCP takes two: its own as soon as it is accepted, and one towards its server later. So accepting stops
 * while the descriptors that are open, and those that accepted clients still need, reach the limit of the process but
 * for a few, which are left to the rest of the process. Clients wait in the system's backlog meanwhile. Each listening
 * socket finds that out by itself, after one client more, for which there is room. UDP flows leave a sixteenth of the
 * limit, at most 32, so that a flood of datagrams, whose senders need not even exist, takes no service from others.
 *
 * <p>The relay counts its own sockets. The other descriptors are counted at the start and then periodically, unless
 * there are many and less than half of the limit is in use: the system lists all of them, which takes time. A socket
 * that cannot be opened shows that the count is too low, and corrects it at once; it is counted again soon, so that
 * clients do not wait for descriptors that are free. Thread-safe; progress: lock-free, but
 * for {@link #count}.
 */
final class DescriptorReserve {
    private static final long MOST = 32;
    private static final long FEWEST = 4;
    /** So many are counted in a millisecond. */
    private static final long FAST_COUNT = 4096;
    /** Counts after a lack of descriptors take at most this part of a thread's time. */
    private static final int RECOUNT_SHARE = 8;

    private static final @Nullable UnixOperatingSystemMXBean SYSTEM =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system ? system : null;

    private final RelayCounters counters;
    private final long limit;
    /** The most descriptors of the process with which a flow, or a TCP connection, is opened. */
    private final long ofFlows;

    private final long ofTcp;
    private final AtomicInteger tcpSockets = new AtomicInteger();
    private final AtomicInteger awaited = new AtomicInteger();
    private final AtomicInteger acceptors = new AtomicInteger();
    private final Queue<TcpAcceptor> paused = new ConcurrentLinkedQueue<>();
    /** The descriptors that are not the relay's. Threads that race store nearly the same. */
    private volatile long others;
    /** Whether {@link #others} is that of a moment without descriptors, and not counted since. */
    private volatile boolean exhausted;

    private volatile long nextRecountNanos = System.nanoTime();

    /** The reserve of this process; without a limit, an empty one. */
    DescriptorReserve(RelayCounters counters) {
        this(counters, SYSTEM == null ? 0 : SYSTEM.getMaxFileDescriptorCount());
    }

    /**
     * A reserve.
     *
     * @param limit the limit of the process; zero or less for none
     */
    DescriptorReserve(RelayCounters counters, long limit) {
        this.counters = counters;
        this.limit = limit > 0 ? limit : Long.MAX_VALUE;
        long reserved = Math.min(MOST, this.limit / 16);
        ofFlows = this.limit - reserved;
        ofTcp = this.limit - Math.max(FEWEST, reserved / 2);
    }

    /** Counts the descriptors that are not the relay's, if it matters. Blocking. */
    void count() {
        long start = System.nanoTime();
        exhausted = false;
        countOthers();
        long end = System.nanoTime();
        nextRecountNanos = end + (end - start) * RECOUNT_SHARE;
    }

    private void countOthers() {
        long last = others + sockets();
        if (SYSTEM == null || last > FAST_COUNT && last < limit / 2) {
            return;
        }
        long before = sockets();
        long open;
        try {
            open = SYSTEM.getOpenFileDescriptorCount();
        } catch (InternalError e) {
            // The JDK says so if it has no descriptor to list them.
            open = limit;
        }
        others = Math.max(0, open - Math.min(before, sockets()));
    }

    /** A socket could not be opened for lack of a descriptor: all are in use. */
    void exhausted() {
        others = Math.max(0, limit - sockets());
        exhausted = true;
    }

    /** Whether to {@link #count} now, because descriptors were lacking since the last count. */
    boolean recountDue() {
        return exhausted && System.nanoTime() - nextRecountNanos >= 0;
    }

    private long sockets() {
        return (long) tcpSockets.get() + counters.openFlows.get();
    }

    private long taken() {
        return others + sockets() + awaited.get();
    }

    /** Whether a new socket of a flow, which is counted already, has taken one of the descriptors that are reserved. */
    boolean contains(Channel opened) {
        // The system gives a new socket the lowest free number. NIO does not tell it.
        return opened instanceof UnixChannel socket && socket.fd().intValue() >= ofFlows || taken() > ofFlows;
    }

    /**
     * Whether some more clients can be accepted. One always can while the relay has no connection, so that a limit that
     * is too low delays clients, and does not lock them out.
     */
    boolean fits(int clients) {
        long overshoot = Math.min(2L * Math.max(0, acceptors.get() - 1), limit / 8);
        return taken() + 2L * clients <= ofTcp - overshoot || clients == 1 && tcpSockets.get() == 0;
    }

    /** Whether a client that waits for a socket towards its server can try again. */
    boolean fitsServer() {
        return others + sockets() < ofTcp;
    }

    /** A listening socket of TCP has been opened (1) or closed (-1). */
    void countAcceptor(int change) {
        acceptors.addAndGet(change);
    }

    /** A socket of a TCP connection has been opened. */
    void opened() {
        tcpSockets.incrementAndGet();
    }

    /** A socket of a TCP connection has been closed. */
    void closed() {
        tcpSockets.decrementAndGet();
        if (!paused.isEmpty() && fits(1)) {
            TcpAcceptor first = paused.poll();
            if (first != null) {
                first.resume();
            }
        }
    }

    /** A client that has been accepted needs a socket towards its server (1), or has it or needs it no more (-1). */
    void countAwaited(int change) {
        awaited.addAndGet(change);
    }

    /** Whether there is a connection with a server. Its end gives descriptors back. */
    boolean served() {
        return tcpSockets.get() > awaited.get();
    }

    /** Calls {@link TcpAcceptor#resume} as soon as a further client fits. */
    void whenFits(TcpAcceptor acceptor) {
        paused.add(acceptor);
    }

    void forget(TcpAcceptor acceptor) {
        paused.remove(acceptor);
    }

    /** Continues to accept if the rest of the process has closed descriptors. Called periodically. */
    void resume() {
        for (int i = paused.size(); i > 0 && fits(1); i--) {
            TcpAcceptor next = paused.poll();
            if (next != null) {
                next.resume();
            }
        }
    }

    /** The failure of a socket that the caller closes for this reason. */
    static SocketException failure() {
        return new SocketException("Too many open files");
    }
}
