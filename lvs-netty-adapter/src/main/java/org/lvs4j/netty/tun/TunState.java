package org.lvs4j.netty.tun;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketPaths;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state that the event loops of a TUN plane share. Thread-safe. */
final class TunState implements PacketPaths {
    static final Logger LOGGER = LoggerFactory.getLogger(TunPlane.class);

    private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    final Director director;
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Marks marks;
    private final AtomicLong nextWarningNanos = new AtomicLong(System.nanoTime());

    // Written by publish, read by the event loops for each packet: volatile publishes the tables of an immutable view.
    private volatile NetworkView view;

    TunState(Director director, Marks marks, NetworkView view) {
        this.director = director;
        this.marks = marks;
        this.view = view;
    }

    NetworkView view() {
        return view;
    }

    void publish(NetworkView next) {
        view = next;
    }

    /** The firewall mark of a packet, 0 if it has none. */
    int markOf(ByteBuffer packet) {
        return marks.of(packet);
    }

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return view.mtu(family, high, low);
    }

    @Override
    public @Nullable IpAddress source(AddressFamily family, long high, long low) {
        return view.source(family, high, low);
    }

    /** Ends the plane, because its device cannot be read any more. */
    void fail(Exception cause) {
        ended.completeExceptionally(new TunException("the TUN device is gone: " + cause.getMessage(), cause));
    }

    /** Logs at most one line a second, since the cause may recur with every packet. */
    void warn(String problem, Throwable cause) {
        long now = System.nanoTime();
        long next = nextWarningNanos.get();
        if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + WARNING_INTERVAL_NANOS)) {
            if (cause instanceof IOException) {
                LOGGER.warn("{}: {}", problem, cause.getMessage());
            } else {
                LOGGER.error(problem, cause);
            }
        }
    }
}
