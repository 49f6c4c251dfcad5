package org.lvs4j.netty.tun;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.lvs4j.netty.internal.LoopLag;
import org.lvs4j.netty.internal.SourceMeters;

/**
 * The meters of a packet plane on a TUN device for the registries of Micrometer, beside those of its director ({@link
 * org.lvs4j.metrics.LvsMetrics}). {@code docs/metrics.md} lists them. Their number does not depend on services, servers
 * or clients.
 *
 * <p>While it is bound, each event loop runs a short task four times a second that measures how late it is. Guarantees:
 * thread-safe. Each meter reads the plane's counters, which event loops never wait for. This object must be kept
 * reachable: registries refer to it weakly. Meters of a plane that is closed keep their last values until this object is
 * closed.
 */
// Micrometer is optional, so it cannot be required transitively: a module that uses this class requires it itself.
@SuppressWarnings("exports")
public final class TunMetrics implements MeterBinder, AutoCloseable {
    private static final String PACKETS = "packets";

    private final Supplier<TunSnapshot> plane;
    private final LoopLag lag;
    private final Tags tags;

    // Guarded by this object's lock, as is the next field.
    private final List<SourceMeters<TunMetrics>> bound = new ArrayList<>();
    private boolean closed;

    TunMetrics(Supplier<TunSnapshot> plane, LoopLag lag, Tags tags) {
        this.plane = plane;
        this.lag = lag;
        this.tags = tags;
    }

    /** The meters of a plane without tags of their own. */
    public static TunMetrics of(TunPlane plane) {
        return of(plane, List.of());
    }

    /**
     * The meters of a plane.
     *
     * @param tags of every meter, so that several planes may have meters in one registry
     */
    public static TunMetrics of(TunPlane plane, Iterable<? extends Tag> tags) {
        requireNonNull(plane, "plane");
        return new TunMetrics(plane::snapshot, plane.loopLag(), Tags.of(requireNonNull(tags, "tags")));
    }

    /**
     * Registers all meters, or none if the registry refuses one; without effect for a registry that is bound already.
     *
     * @throws IllegalStateException if this object is closed
     */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        requireNonNull(registry, "registry");
        if (closed) {
            throw new IllegalStateException("the metrics are closed");
        }
        if (bound.stream().anyMatch(each -> each.registry() == registry)) {
            return;
        }
        SourceMeters<TunMetrics> meters = new SourceMeters<>(registry, this, tags);
        boolean done = false;
        try {
            packets(meters);
            drops(meters);
            loops(meters, lag);
            if (bound.isEmpty()) {
                lag.acquire();
            }
            bound.add(meters);
            done = true;
        } finally {
            if (!done) {
                meters.remove();
            }
        }
    }

    private static void packets(SourceMeters<TunMetrics> meters) {
        counter(meters, "received.packets", PACKETS, "Packets read from the device", TunSnapshot::received);
        written(meters, "forwarded", TunSnapshot::sent);
        written(meters, "direct", TunSnapshot::direct);
        written(meters, "answer", TunSnapshot::answered);
        written(meters, "passed", TunSnapshot::passed);
        counter(
                meters,
                "held.packets",
                PACKETS,
                "Fragments kept until the rest of their packet arrives",
                TunSnapshot::held);
        counter(
                meters,
                "repairs",
                "repairs",
                "Commands of the set-up that were run again because something else had undone their effect",
                TunSnapshot::repairs);
    }

    private static void written(SourceMeters<TunMetrics> meters, String kind, ToLongFunction<TunSnapshot> value) {
        meters.counter(
                "lvs.tun.written.packets",
                PACKETS,
                "Packets written to a device",
                Tags.of("kind", kind),
                each -> value.applyAsLong(each.plane.get()));
    }

    private static void drops(SourceMeters<TunMetrics> meters) {
        dropped(meters, "decision", TunSnapshot::dropped);
        dropped(meters, "unserved", TunSnapshot::unserved);
        dropped(meters, "not.written", TunSnapshot::notWritten);
    }

    private static void dropped(SourceMeters<TunMetrics> meters, String reason, ToLongFunction<TunSnapshot> value) {
        meters.counter(
                "lvs.tun.dropped.packets",
                PACKETS,
                "Packets dropped",
                Tags.of("reason", reason),
                each -> value.applyAsLong(each.plane.get()));
    }

    private static void loops(SourceMeters<TunMetrics> meters, LoopLag lag) {
        meters.histogram(
                "lvs.tun.loop.delay",
                "How late an event loop ran what was due, measured four times a second for each loop",
                Tags.empty(),
                lag.times());
        meters.gauge(
                "lvs.tun.loop.lag",
                "seconds",
                "How late the latest event loop is now",
                Tags.empty(),
                each -> each.lag.seconds());
    }

    private static void counter(
            SourceMeters<TunMetrics> meters,
            String name,
            String unit,
            String description,
            ToLongFunction<TunSnapshot> value) {
        meters.counter("lvs.tun." + name, unit, description, Tags.empty(), each -> value.applyAsLong(each.plane.get()));
    }

    /** Removes all meters from all registries. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        if (!bound.isEmpty()) {
            lag.release();
        }
        bound.forEach(SourceMeters::remove);
        bound.clear();
    }
}
