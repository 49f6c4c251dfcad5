package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.lvs4j.netty.internal.SourceMeters;
import org.lvs4j.netty.internal.TimeHistogram;

/**
 * The meters of a health monitor for the registries of Micrometer, beside those of its director ({@link
 * org.lvs4j.metrics.LvsMetrics}), with the same tags. {@code docs/metrics.md} lists them.
 *
 * <p>The state of services and servers is read from the monitor when a registry reads its meters and something has
 * changed since. Meters of new services and servers appear at that reading, and those of others disappear. A thread
 * that reads a registry waits for the monitor's event loop then; if it is one of the monitor's own loops, it reads
 * what was there before, and the state follows.
 *
 * <p><b>Limits.</b> At most 1,000 services and 1,000 servers have meters, in the order of the monitor.
 *
 * <p>Guarantees: thread-safe. This object must be kept reachable: registries refer
 * to it weakly.
 */
// Micrometer is optional, so it cannot be required transitively: a module that uses this class requires it itself.
@SuppressWarnings("exports")
public final class HealthMetrics implements MeterBinder, AutoCloseable {
    private final HealthMonitor monitor;
    private final Tags tags;
    private final HealthStates states;
    private final ProbeTimes times;

    // Guarded by this object's lock, as is the next field.
    private final List<SourceMeters<HealthMetrics>> bound = new ArrayList<>();
    private boolean closed;

    private HealthMetrics(HealthMonitor monitor, Tags tags) {
        this.monitor = monitor;
        this.tags = tags;
        states = new HealthStates(monitor, tags);
        times = monitor.counters().times;
    }

    /** The meters of a monitor without tags of their own. */
    public static HealthMetrics of(HealthMonitor monitor) {
        return of(monitor, List.of());
    }

    /**
     * The meters of a monitor.
     *
     * @param tags of every meter, so that several monitors may have meters in one registry
     */
    public static HealthMetrics of(HealthMonitor monitor, Iterable<? extends Tag> tags) {
        requireNonNull(monitor, "monitor");
        return new HealthMetrics(monitor, Tags.of(requireNonNull(tags, "tags")));
    }

    /**
     * Registers all meters, or none if the registry refuses one; without effect for a registry that is bound already.
     *
     * @throws IllegalStateException if this object is closed, or on an event loop of the monitor
     */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        requireNonNull(registry, "registry");
        monitor.requireNoOwnLoop();
        if (closed) {
            throw new IllegalStateException("the metrics are closed");
        }
        if (bound.stream().anyMatch(each -> each.registry() == registry)) {
            return;
        }
        SourceMeters<HealthMetrics> meters = new SourceMeters<>(registry, this, tags);
        boolean done = false;
        try {
            register(meters);
            times(meters, times);
            states.add(registry);
            bound.add(meters);
            done = true;
        } finally {
            if (!done) {
                states.remove(registry);
                meters.remove();
            }
        }
    }

    private static void times(SourceMeters<HealthMetrics> meters, ProbeTimes times) {
        for (ProbeTimes.OfKind each : times.all()) {
            time(meters, each.kind(), "passed", each.passed());
            time(meters, each.kind(), "failed", each.failed());
        }
    }

    private static void time(SourceMeters<HealthMetrics> meters, String kind, String result, TimeHistogram times) {
        meters.histogram(
                "lvs.health.probe.time",
                "Times from the start of a probe to its result",
                Tags.of("kind", kind, "result", result),
                times);
    }

    private static void register(SourceMeters<HealthMetrics> meters) {
        probes(meters);
        counter(
                meters,
                "delayed.probes",
                "probes",
                "Probes that had to wait because too many were under way",
                each -> each.delayed);
        meters.gauge(
                "lvs.health.running.probes",
                "probes",
                "Probes under way",
                Tags.empty(),
                each -> each.monitor.counters().running());
        meters.gauge(
                "lvs.health.waiting.probes",
                "probes",
                "Probes that wait because too many are under way, or that are made again",
                Tags.empty(),
                each -> each.monitor.counters().waiting());
        transitions(meters, "up", each -> each.serversUp);
        transitions(meters, "down", each -> each.serversDown);
        counter(meters, "changes", "changes", "Changes of the director's table", each -> each.changes);
        counter(
                meters,
                "refused.changes",
                "changes",
                "Changes that the director has refused",
                each -> each.changesRefused);
        counter(meters, "scripts", "scripts", "Notification programs that were started", each -> each.scripts);
        counter(meters, "failed.scripts", "scripts", "Notification programs that failed", each -> each.scriptFailures);
        counter(
                meters,
                "dropped.scripts",
                "scripts",
                "Notification programs that were not run",
                each -> each.scriptsDropped);
        counter(meters, "dropped.lines", "lines", "Lines that found no room in a FIFO", each -> each.linesDropped);
        meters.gauge(
                "lvs.health.services",
                "services",
                "Services that are monitored",
                Tags.empty(),
                each -> each.states.current().services());
        meters.gauge(
                "lvs.health.servers",
                "servers",
                "Servers that are monitored",
                Tags.empty(),
                each -> each.states.current().servers());
    }

    private static void probes(SourceMeters<HealthMetrics> meters) {
        result(meters, "passed", each -> each.passed);
        result(meters, "failed", each -> each.failed);
        result(meters, "cancelled", each -> each.cancelled);
        result(meters, "not.made", each -> each.notMade);
    }

    private static void result(
            SourceMeters<HealthMetrics> meters, String result, Function<MonitorCounters, LongAdder> counted) {
        meters.counter(
                "lvs.health.probes",
                "probes",
                "Probes that ended",
                Tags.of("result", result),
                each -> counted.apply(each.monitor.counters()).sum());
    }

    private static void transitions(
            SourceMeters<HealthMetrics> meters, String state, Function<MonitorCounters, LongAdder> counted) {
        meters.counter(
                "lvs.health.transitions",
                "transitions",
                "Servers that have come up or gone down",
                Tags.of("state", state),
                each -> counted.apply(each.monitor.counters()).sum());
    }

    private static void counter(
            SourceMeters<HealthMetrics> meters,
            String name,
            String unit,
            String description,
            Function<MonitorCounters, LongAdder> counted) {
        meters.counter(
                "lvs.health." + name,
                unit,
                description,
                Tags.empty(),
                each -> counted.apply(each.monitor.counters()).sum());
    }

    /**
     * Removes all meters from all registries. Idempotent.
     *
     * @throws IllegalStateException on an event loop of the monitor
     */
    @Override
    public synchronized void close() {
        monitor.requireNoOwnLoop();
        closed = true;
        bound.forEach(SourceMeters::remove);
        bound.clear();
        states.close();
    }
}
