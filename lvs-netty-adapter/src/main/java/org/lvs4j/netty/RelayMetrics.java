package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.lvs4j.netty.internal.BufferMemory;
import org.lvs4j.netty.internal.LoopLag;
import org.lvs4j.netty.internal.SourceMeters;

/**
 * The meters of a relay for the registries of Micrometer, beside those of its director ({@link
 * org.lvs4j.metrics.LvsMetrics}). {@code docs/metrics.md} lists them. Their number does not depend on services, servers
 * or clients.
 *
 * <p>While it is bound, each event loop runs a short task four times a second that measures how late it is. Guarantees:
 * thread-safe. Each meter reads the relay's counters, which event loops never wait for. This object
 * must be kept reachable: registries refer to it weakly. Meters of a relay that is closed keep their last values
 * until this object is closed.
 */
// Micrometer is optional, so it cannot be required transitively: a module that uses this class requires it itself.
@SuppressWarnings("exports")
public final class RelayMetrics implements MeterBinder, AutoCloseable {
    private static final String FLOWS = "flows";
    private static final String DATAGRAMS = "datagrams";

    private final Relay relay;
    private final Tags tags;

    // Guarded by this object's lock, as are the next two fields.
    private final List<SourceMeters<Relay>> bound = new ArrayList<>();
    private boolean closed;

    private RelayMetrics(Relay relay, Tags tags) {
        this.relay = relay;
        this.tags = tags;
    }

    /** The meters of a relay without tags of their own. */
    public static RelayMetrics of(Relay relay) {
        return of(relay, List.of());
    }

    /**
     * The meters of a relay.
     *
     * @param tags of every meter, so that several relays may have meters in one registry
     */
    public static RelayMetrics of(Relay relay, Iterable<? extends Tag> tags) {
        requireNonNull(relay, "relay");
        return new RelayMetrics(relay, Tags.of(requireNonNull(tags, "tags")));
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
        SourceMeters<Relay> meters = new SourceMeters<>(registry, relay, tags);
        boolean done = false;
        try {
            connections(meters);
            resets(meters);
            failures(meters);
            datagrams(meters);
            loops(meters, relay.loopLag());
            buffers(meters);
            times(meters, relay);
            if (bound.isEmpty()) {
                relay.loopLag().acquire();
            }
            bound.add(meters);
            done = true;
        } finally {
            if (!done) {
                meters.remove();
            }
        }
    }

    private static void connections(SourceMeters<Relay> meters) {
        gauge(
                meters,
                "open.connections",
                BaseUnits.CONNECTIONS,
                "Open TCP connections of clients",
                each -> each.snapshot().openConnections());
        gauge(
                meters,
                "max.connections",
                BaseUnits.CONNECTIONS,
                "The ceiling of open TCP connections",
                Relay::maxConnections);
        counter(meters, "accepted.connections", "TCP connections accepted", RelaySnapshot::accepted);
        counter(
                meters,
                "unanswered.connections",
                "TCP connections that another server was to answer",
                RelaySnapshot::unanswered);
        counter(
                meters,
                "drained.connections",
                "TCP connections closed in order by a drain, because they were idle",
                RelaySnapshot::drainedIdle);
    }

    private static void resets(SourceMeters<Relay> meters) {
        reset(meters, "no.server", RelaySnapshot::refused);
        reset(meters, "unidentified", RelaySnapshot::unidentified);
        reset(meters, "unreachable", RelaySnapshot::unreachable);
        reset(meters, "limit", RelaySnapshot::overConnectionLimit);
        reset(meters, "idle", RelaySnapshot::idleTimeouts);
        reset(meters, "drain", RelaySnapshot::drainCut);
        reset(meters, "peer", RelaySnapshot::aborted);
    }

    private static void reset(SourceMeters<Relay> meters, String reason, ToLongFunction<RelaySnapshot> value) {
        meters.counter(
                "lvs.relay.reset.connections",
                BaseUnits.CONNECTIONS,
                "TCP connections that ended by a reset",
                Tags.of("reason", reason),
                each -> value.applyAsLong(each.snapshot()));
    }

    private static void failures(SourceMeters<Relay> meters) {
        failure(meters, "accept", RelaySnapshot::acceptFailures);
        failure(meters, "local", RelaySnapshot::localFailures);
        failure(meters, "connect", RelaySnapshot::connectFailures);
        meters.counter(
                "lvs.relay.retries",
                "retries",
                "TCP connections and UDP flows placed on another server",
                Tags.empty(),
                each -> each.snapshot().retries());
    }

    private static void failure(SourceMeters<Relay> meters, String kind, ToLongFunction<RelaySnapshot> value) {
        meters.counter(
                "lvs.relay.failures",
                "failures",
                "Sockets that could not be accepted, opened on this host, or connected",
                Tags.of("kind", kind),
                each -> value.applyAsLong(each.snapshot()));
    }

    private static void datagrams(SourceMeters<Relay> meters) {
        gauge(meters, "open.flows", FLOWS, "UDP flows", each -> each.snapshot().udpFlows());
        gauge(meters, "max.flows", FLOWS, "The ceiling of UDP flows", Relay::maxFlows);
        meters.counter(
                "lvs.relay.opened.flows",
                FLOWS,
                "UDP flows opened",
                Tags.empty(),
                each -> each.snapshot().udpFlowsOpened());
        meters.counter(
                "lvs.relay.dropped.datagrams",
                DATAGRAMS,
                "Datagrams dropped for any reason",
                Tags.empty(),
                each -> each.snapshot().datagramsDropped());
        meters.counter(
                "lvs.relay.refused.datagrams",
                DATAGRAMS,
                "Dropped datagrams that needed a flow above the ceiling",
                Tags.empty(),
                each -> each.snapshot().overFlowLimit());
    }

    private static void loops(SourceMeters<Relay> meters, LoopLag lag) {
        meters.histogram(
                "lvs.relay.loop.delay",
                "How late an event loop ran what was due, measured four times a second for each loop",
                Tags.empty(),
                lag.times());
        gauge(
                meters,
                "loop.lag",
                "seconds",
                "How late the latest event loop is now",
                each -> each.loopLag().seconds());
    }

    private static void times(SourceMeters<Relay> meters, Relay relay) {
        meters.histogram("lvs.relay.connect.time", "Connecting to a server, TCP", Tags.empty(), relay.connectTimes());
        meters.histogram(
                "lvs.relay.first.byte.time",
                "From the client's first byte, or a connect that the server answers first, to the server's, TCP",
                Tags.empty(),
                relay.firstByteTimes());
    }

    private static void buffers(SourceMeters<Relay> meters) {
        buffer(meters, "direct", BufferMemory::directBytes);
        buffer(meters, "heap", BufferMemory::heapBytes);
        double most = BufferMemory.maxDirectBytes();
        gauge(
                meters,
                "max.direct.bytes",
                BaseUnits.BYTES,
                "The most bytes outside of the heap that Netty may hold",
                each -> most);
    }

    private static void buffer(SourceMeters<Relay> meters, String kind, DoubleSupplier bytes) {
        meters.gauge(
                "lvs.relay.buffer.bytes",
                BaseUnits.BYTES,
                "Bytes that Netty's allocator of this process holds",
                Tags.of("kind", kind),
                each -> bytes.getAsDouble());
    }

    private static void gauge(
            SourceMeters<Relay> meters, String name, String unit, String description, ToDoubleFunction<Relay> value) {
        meters.gauge("lvs.relay." + name, unit, description, Tags.empty(), value);
    }

    private static void counter(
            SourceMeters<Relay> meters, String name, String description, ToLongFunction<RelaySnapshot> value) {
        meters.counter(
                "lvs.relay." + name,
                BaseUnits.CONNECTIONS,
                description,
                Tags.empty(),
                each -> value.applyAsLong(each.snapshot()));
    }

    /** Removes all meters from all registries. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        if (!bound.isEmpty()) {
            relay.loopLag().release();
        }
        bound.forEach(SourceMeters::remove);
        bound.clear();
    }
}
