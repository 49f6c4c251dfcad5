package org.lvs4j.netty.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one source in one registry. Micrometer refers to the source weakly: this object keeps it reachable. Not
 * thread-safe, but for the functions, which any thread calls that reads the registry.
 */
public final class SourceMeters<S> {
    private final MeterRegistry registry;
    private final S source;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();

    /** No meters yet. */
    public SourceMeters(MeterRegistry registry, S source, Tags tags) {
        this.registry = registry;
        this.source = source;
        this.tags = tags;
    }

    /** The registry. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Registers a counter, whose value never decreases. */
    public void counter(String name, String unit, String description, Tags more, ToDoubleFunction<S> value) {
        meters.add(FunctionCounter.builder(name, source, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry));
    }

    /** Registers a gauge. */
    public void gauge(String name, @Nullable String unit, String description, Tags more, ToDoubleFunction<S> value) {
        meters.add(Gauge.builder(name, source, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry));
    }

    /** Removes all of them. */
    public void remove() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
