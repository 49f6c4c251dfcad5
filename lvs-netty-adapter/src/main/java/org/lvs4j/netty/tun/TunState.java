package org.lvs4j.netty.tun;

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

/** What the event loops of a TUN plane share. Thread-safe. */
final class TunState implements PacketPaths {
    static final Logger LOGGER = LoggerFactory.getLogger(TunPlane.class);

    private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    final Director director;
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Marks marks;
    private final AtomicLong nextWarningNanos = new AtomicLong(System.nanoTime());

    // Volatile publishes a view, which is not changed afterwards, to the event loops.
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

    /** The device cannot be read any more. */
    void fail(Exception cause) {
        ended.completeExceptionally(new TunException("the TUN device is gone: " + cause.getMessage(), cause));
    }

    /** At most one line a second: what it is about may come with every packet. */
    void warn(String what, Throwable why) {
        long now = System.nanoTime();
        long next = nextWarningNanos.get();
        if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + WARNING_INTERVAL_NANOS)) {
            if (why instanceof java.io.IOException) {
                LOGGER.warn("{}: {}", what, why.getMessage());
            } else {
                LOGGER.error(what, why);
            }
        }
    }
}
