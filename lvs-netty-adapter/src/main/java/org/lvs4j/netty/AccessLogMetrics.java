package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.netty.internal.SourceMeters;

/**
 * The meters of an access log for the registries of Micrometer. {@code docs/metrics.md} lists them.
 *
 * <p>Guarantees: thread-safe. Each meter reads a counter of the log. This object must be kept reachable: registries refer
 * to it weakly.
 */
// Micrometer is optional, so it cannot be required transitively: a module that uses this class requires it itself.
@SuppressWarnings("exports")
public final class AccessLogMetrics implements MeterBinder, AutoCloseable {
    private static final String RECORDS = "records";

    private final AccessLog log;
    private final Tags tags;

    // Guarded by this object's lock, as is the next field.
    private final List<SourceMeters<AccessLog>> bound = new ArrayList<>();
    private boolean closed;

    private AccessLogMetrics(AccessLog log, Tags tags) {
        this.log = log;
        this.tags = tags;
    }

    /** The meters of a log without tags of their own. */
    public static AccessLogMetrics of(AccessLog log) {
        return of(log, List.of());
    }

    /**
     * The meters of a log.
     *
     * @param tags of every meter, so that several logs may have meters in one registry
     */
    public static AccessLogMetrics of(AccessLog log, Iterable<? extends Tag> tags) {
        requireNonNull(log, "log");
        return new AccessLogMetrics(log, Tags.of(requireNonNull(tags, "tags")));
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
        SourceMeters<AccessLog> meters = new SourceMeters<>(registry, log, tags);
        boolean done = false;
        try {
            meters.counter("lvs.access.log.written", RECORDS, "Records written", Tags.empty(), AccessLog::written);
            meters.counter(
                    "lvs.access.log.dropped",
                    RECORDS,
                    "Records dropped, for want of room in the queue",
                    Tags.empty(),
                    AccessLog::dropped);
            meters.counter(
                    "lvs.access.log.failures",
                    "failures",
                    "Failures to write, open or rotate the file",
                    Tags.empty(),
                    AccessLog::failures);
            bound.add(meters);
            done = true;
        } finally {
            if (!done) {
                meters.remove();
            }
        }
    }

    /** Removes all meters from all registries. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        bound.forEach(SourceMeters::remove);
        bound.clear();
    }
}
