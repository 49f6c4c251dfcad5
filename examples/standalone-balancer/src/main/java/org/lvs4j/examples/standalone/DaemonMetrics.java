package org.lvs4j.examples.standalone;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.netty.AccessLog;
import org.lvs4j.netty.AccessLogMetrics;
import org.lvs4j.netty.health.HealthMetrics;
import org.lvs4j.netty.health.HealthMonitor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All meters of one daemon, in one registry of Prometheus: those of the director, of its plane, of the health monitor while
 * there is one, of the JVM and the process, and those of the daemon itself. {@code docs/metrics.md} lists them. A daemon
 * without this object loads nothing of Micrometer. Thread-safe.
 */
final class DaemonMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonMetrics.class);
    private static final double MILLIS_PER_SECOND = 1000;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** What ends each group of meters. */
    private final Deque<Runnable> ends = new ArrayDeque<>();

    // Guarded by this object's lock, as is the next field.
    private @Nullable HealthMetrics health;
    private boolean closed;

    private DaemonMetrics() {}

    /**
     * Registers the meters of a daemon.
     *
     * @param state saves the state; null if it is not saved
     * @param log writes records of connections; null if there is none
     * @return the meters, which the caller must close
     */
    static DaemonMetrics of(
            Balancer balancer,
            Reloader reloader,
            @Nullable StateKeeping state,
            ControlServer control,
            @Nullable AccessLog log) {
        DaemonMetrics metrics = new DaemonMetrics();
        try {
            metrics.bind(balancer, reloader, state, control);
            metrics.bind(log);
            return metrics;
        } catch (RuntimeException | Error e) {
            metrics.close();
            throw e;
        }
    }

    private void bind(Balancer balancer, Reloader reloader, @Nullable StateKeeping state, ControlServer control) {
        machine();
        LvsMetrics director = LvsMetrics.of(balancer.director());
        ends.push(director::close);
        director.bindTo(registry);
        ends.push(balancer.bindPlane(registry));
        DaemonHealth.Follower follower = this::follow;
        ends.push(() -> balancer.unfollowMonitor(follower));
        balancer.followMonitor(follower);
        daemon(balancer);
        reloads(reloader);
        commands(control);
        if (state != null) {
            saves(state);
        }
    }

    private void bind(@Nullable AccessLog log) {
        if (log != null) {
            AccessLogMetrics records = AccessLogMetrics.of(log);
            ends.push(records::close);
            records.bindTo(registry);
        }
    }

    private void machine() {
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        JvmGcMetrics collections = new JvmGcMetrics();
        ends.push(collections::close);
        collections.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /** Registers the meters of a monitor that has started, and removes those of one that has ended. */
    private synchronized void follow(@Nullable HealthMonitor monitor) {
        HealthMetrics before = health;
        health = null;
        try {
            if (before != null) {
                before.close();
            }
            if (monitor != null && !closed) {
                HealthMetrics next = HealthMetrics.of(monitor);
                next.bindTo(registry);
                health = next;
            }
        } catch (RuntimeException e) {
            // A reload must not fail because of its meters.
            LOG.warn("the health monitor has no meters: {}", Reason.of(e), e);
        }
    }

    private void daemon(Balancer balancer) {
        Gauge.builder("lvs.daemon.info", () -> 1)
                .description("1; the version of the daemon is in a tag")
                .tag("version", Version.current())
                .strongReference(true)
                .register(registry);
        gauge(
                "draining",
                null,
                "1 while the daemon waits for its connections to end",
                balancer,
                each -> each.isDraining() ? 1 : 0);
        counter(
                "dropped.lines",
                "lines",
                "Lines of the log that were dropped because standard error was not read",
                Tags.empty(),
                this,
                each -> BoundedLog.droppedLines());
    }

    private void reloads(Reloader reloader) {
        reload(reloader, "applied", Reloader.Counts::applied);
        reload(reloader, "unchanged", Reloader.Counts::unchanged);
        reload(reloader, "refused", Reloader.Counts::refused);
        gauge(
                "last.reload.timestamp",
                "seconds",
                "When the configuration in use was read last, in seconds since 1970; the start counts",
                reloader,
                each -> each.counts().lastMillis() / MILLIS_PER_SECOND);
    }

    private void reload(Reloader reloader, String result, ToLongFunction<Reloader.Counts> value) {
        counter(
                "reloads",
                "reloads",
                "Reloads of the configuration file",
                Tags.of("result", result),
                reloader,
                each -> value.applyAsLong(each.counts()));
    }

    private void commands(ControlServer control) {
        String description = "Commands of the control socket that were executed";
        counter(
                "commands",
                "commands",
                description,
                Tags.of("result", "done"),
                control,
                each -> each.counts().done());
        counter(
                "commands",
                "commands",
                description,
                Tags.of("result", "failed"),
                control,
                each -> each.counts().failed());
        counter(
                "refused.requests",
                "requests",
                "Requests at the control socket that were not executed",
                Tags.empty(),
                control,
                each -> each.counts().refused());
    }

    private void saves(StateKeeping state) {
        String description = "Saves of the state";
        counter("state.saves", "saves", description, Tags.of("result", "saved"), state, StateKeeping::saves);
        counter("state.saves", "saves", description, Tags.of("result", "failed"), state, StateKeeping::failures);
    }

    private <S> void gauge(
            String name, @Nullable String unit, String description, S source, ToDoubleFunction<S> value) {
        Gauge.builder("lvs.daemon." + name, source, value)
                .description(description)
                .baseUnit(unit)
                .strongReference(true)
                .register(registry);
    }

    /** The daemon keeps the source reachable, as long as it is of use. */
    private <S> void counter(
            String name, String unit, String description, Tags tags, S source, ToDoubleFunction<S> value) {
        FunctionCounter.builder("lvs.daemon." + name, source, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    /** The registry, whose scrape is the page for Prometheus. */
    PrometheusMeterRegistry registry() {
        return registry;
    }

    /** Ends all meters. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        while (!ends.isEmpty()) {
            ends.pop().run();
        }
        follow(null);
        registry.close();
    }
}
