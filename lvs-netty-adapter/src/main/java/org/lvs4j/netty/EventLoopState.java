package org.lvs4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.internal.Recurring;

/**
 * The state of a relay that belongs to one event loop. Only that loop uses it: all fields are plain.
 *
 * <p>A periodic sweep finds the connections and flows that have been idle for too long. A connection therefore has no
 * timer; it stores the time of its last activity. The sweep is one task with a fixed delay, so that a lack of memory
 * cannot end it; while timeouts are short, each sweep schedules another one before the next.
 */
final class EventLoopState {
    /** The largest datagram. */
    static final int DATAGRAM_BYTES = 65_535;

    private static final int SMALLEST_READ_BYTES = 512;
    private static final int FIRST_READ_BYTES = 4096;
    private static final long SHORTEST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int SWEEPS_PER_TIMEOUT = 16;

    final EventLoop loop;
    private final RelayState state;
    private final Bootstrap tcp;
    private final Bootstrap udp;
    private final Runnable giveUpConnecting = this::giveUpConnecting;
    private @Nullable EpollSocket firstConnecting;
    private @Nullable EpollSocket lastConnecting;
    private boolean giveUpScheduled;
    private final List<UdpFlows> udpFlows = new ArrayList<>();
    private final Recurring sweep = Recurring.of(this::sweep, RelayState.LOGGER, "looking for idle connections failed");
    private final Runnable earlySweep = this::sweepEarly;
    private final Runnable scheduleEarly = this::scheduleEarly;
    private boolean earlyScheduled;
    private @Nullable TcpConnection first;
    private int openSockets;
    private int openBeforeCut = -1;
    private long previousSweepNanos = System.nanoTime();

    EventLoopState(EventLoop loop, RelayState state) {
        this.loop = loop;
        this.state = state;
        RelayOptions options = state.options;
        tcp = new Bootstrap()
                .group(loop)
                .channelFactory(options.transport().socketChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        options.connectTimeout().toMillis())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(options))
                .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, CapacityEstimator.INSTANCE)
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads(options));
        udp = new Bootstrap()
                .group(loop)
                .channel(options.transport().datagramChannel())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, datagramWaterMark(options))
                .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, CapacityEstimator.INSTANCE)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new DatagramReads(DATAGRAM_BYTES));
        if (options.transport() == Transport.EPOLL) {
            // Netty's epoll loses empty datagrams of a connected socket unless it reads several at once.
            udp.option(ChannelOption.RECVBUF_ALLOCATOR, new DatagramReads(2 * DATAGRAM_BYTES))
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES);
        }
    }

    /**
     * Datagrams above the upper mark are dropped. It leaves room for the largest ones that one round of
     * reading can yield.
     */
    static WriteBufferWaterMark datagramWaterMark(RelayOptions options) {
        int high = Math.max(options.bufferBytes(), 16 * (DATAGRAM_BYTES + 1));
        return new WriteBufferWaterMark(high / 2, high);
    }

    static WriteBufferWaterMark waterMark(RelayOptions options) {
        return new WriteBufferWaterMark(options.bufferBytes() / 2, options.bufferBytes());
    }

    static RecvByteBufAllocator reads(RelayOptions options) {
        int largest = options.receiveBytes();
        return new AdaptiveRecvByteBufAllocator(
                Math.min(SMALLEST_READ_BYTES, largest), Math.min(FIRST_READ_BYTES, largest), largest);
    }

    /** Connects TCP sockets to servers on this loop. The caller owns the bootstrap. */
    Bootstrap tcp() {
        return tcp.clone();
    }

    /** Connects UDP sockets to servers on this loop. The caller owns the bootstrap. */
    Bootstrap udp() {
        return udp.clone();
    }

    /** Starts the sweep. */
    void start() {
        loop.scheduleWithFixedDelay(sweep, SHORTEST_SWEEP_NANOS, LONGEST_SWEEP_NANOS, TimeUnit.NANOSECONDS);
    }

    void add(TcpConnection connection) {
        connection.next = first;
        if (first != null) {
            first.previous = connection;
        }
        first = connection;
    }

    void remove(TcpConnection connection) {
        if (connection.previous == null) {
            first = connection.next;
        } else {
            connection.previous.next = connection.next;
        }
        if (connection.next != null) {
            connection.next.previous = connection.previous;
        }
        connection.previous = null;
        connection.next = null;
    }

    /** Adds a socket that is being connected, whose deadline is after those of all others. */
    void addConnecting(EpollSocket socket) {
        socket.previousConnecting = lastConnecting;
        if (lastConnecting == null) {
            firstConnecting = socket;
        } else {
            lastConnecting.nextConnecting = socket;
        }
        lastConnecting = socket;
        scheduleGiveUp(socket);
    }

    void removeConnecting(EpollSocket socket) {
        if (socket.previousConnecting == null) {
            firstConnecting = socket.nextConnecting;
        } else {
            socket.previousConnecting.nextConnecting = socket.nextConnecting;
        }
        if (socket.nextConnecting == null) {
            lastConnecting = socket.previousConnecting;
        } else {
            socket.nextConnecting.previousConnecting = socket.previousConnecting;
        }
        socket.previousConnecting = null;
        socket.nextConnecting = null;
    }

    /** One timer for all sockets that are being connected, at the deadline of the first one. */
    private void scheduleGiveUp(EpollSocket next) {
        if (!giveUpScheduled && !loop.isShuttingDown()) {
            long delay = next.connectDeadlineNanos - System.nanoTime();
            try {
                loop.schedule(giveUpConnecting, Math.max(0, delay), TimeUnit.NANOSECONDS);
                giveUpScheduled = true;
            } catch (OutOfMemoryError e) {
                RelayState.LOGGER.trace("no memory for a timer; the next socket or sweep schedules it", e);
            }
        }
    }

    private void giveUpConnecting() {
        giveUpScheduled = false;
        long now = System.nanoTime();
        while (firstConnecting != null && now - firstConnecting.connectDeadlineNanos >= 0) {
            firstConnecting.connectTimedOut();
        }
        if (firstConnecting != null) {
            scheduleGiveUp(firstConnecting);
        }
    }

    void add(UdpFlows flows) {
        udpFlows.add(flows);
    }

    void remove(UdpFlows flows) {
        udpFlows.remove(flows);
    }

    /** Counts a socket of a TCP connection that has been opened (1) or closed (-1). */
    void countSocket(int change) {
        openSockets += change;
    }

    int openSockets() {
        return openSockets;
    }

    /** The memory that waits to be written to TCP sockets of this loop, in bytes. */
    long queuedBytes() {
        long bytes = 0;
        for (TcpConnection connection = first; connection != null; connection = connection.next) {
            bytes += connection.queuedBytes();
        }
        return bytes;
    }

    /** Resets every TCP connection and ends every flow of this loop. */
    void abortAll() {
        while (first != null) {
            first.end(ConnectionRecord.End.STOPPED);
        }
        for (UdpFlows flows : List.copyOf(udpFlows)) {
            flows.endAll();
        }
    }

    /** Ends what the director has ended, and the idle connections of what is drained. */
    void drain() {
        long now = System.nanoTime();
        boolean all = state.stopping();
        long idle = RelayOptions.nanos(state.options.drainIdle());
        TcpConnection connection = first;
        while (connection != null) {
            TcpConnection following = connection.next;
            connection.drain(now, idle, all);
            connection = following;
        }
        for (UdpFlows flows : udpFlows) {
            flows.expire(now - state.udpNanos());
        }
    }

    /** Resets connections so that a part of those that there were at the first call is left. */
    void cutTo(double part) {
        int open = 0;
        for (TcpConnection connection = first; connection != null; connection = connection.next) {
            open++;
        }
        if (openBeforeCut < 0) {
            openBeforeCut = open;
        }
        for (int left = (int) (openBeforeCut * part); open > left && first != null; open--) {
            first.cut();
        }
    }

    private void endIdle() {
        long idle = state.idleNanos();
        long finished = state.finishedIdleNanos();
        long udpIdle = state.udpNanos();
        long now = System.nanoTime();
        TcpConnection connection = first;
        while (connection != null) {
            TcpConnection following = connection.next;
            connection.check(now, previousSweepNanos, idle, finished);
            connection = following;
        }
        previousSweepNanos = now;
        if (firstConnecting != null) {
            scheduleGiveUp(firstConnecting);
        }
        for (UdpFlows flows : udpFlows) {
            flows.expire(now - udpIdle);
        }
    }

    private void sweep() {
        try {
            endIdle();
        } finally {
            if (!loop.isShuttingDown()) {
                // Not now: the loop is about to put the sweep back into the place in its queue that it has left.
                loop.execute(scheduleEarly);
            }
        }
    }

    private void scheduleEarly() {
        long shortest = Math.min(state.finishedIdleNanos(), state.udpNanos()) / SWEEPS_PER_TIMEOUT;
        if (!earlyScheduled && shortest < LONGEST_SWEEP_NANOS && !loop.isShuttingDown()) {
            try {
                loop.schedule(earlySweep, Math.max(SHORTEST_SWEEP_NANOS, shortest), TimeUnit.NANOSECONDS);
                earlyScheduled = true;
            } catch (OutOfMemoryError e) {
                RelayState.LOGGER.trace("no memory to sweep early; the next sweep schedules it", e);
            }
        }
    }

    private void sweepEarly() {
        earlyScheduled = false;
        sweep.run();
    }

    /** Closes a socket in such a way that the other side sees a reset instead of an orderly end. */
    static void reset(Channel channel) {
        if (channel.isOpen()) {
            try {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (RuntimeException e) {
                // The system refuses the option for a socket that has failed already; closing that one is enough.
                RelayState.LOGGER.trace("{}: cannot be reset", channel, e);
            }
            channel.close();
        }
    }
}
