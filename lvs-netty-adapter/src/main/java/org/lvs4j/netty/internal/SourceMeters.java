package org.lvs4j.netty.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one source in one registry. Micrometer refers to what it reads weakly: this object keeps it reachable. Not
 * thread-safe, but for the functions, which any thread calls that reads the registry.
 *
 * <p>A registry that shows totals, as Prometheus does, shows those of the source. One that reports differences would report
 * all that was counted before as one of them, once more each time that it is bound; there, and in a registry of several
 * others, counters begin at zero.
 */
public final class SourceMeters<S> {
    private final MeterRegistry registry;
    private final S source;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final List<Count<S>> counts = new ArrayList<>();
    private final List<Runnable> recorders = new ArrayList<>();

    /** What a counter reads. */
    private static final class Count<S> {
        private final S source;
        private final ToDoubleFunction<S> value;

        // Volatile: written by the thread that registers the meter, read by those that read it.
        private volatile double base;

        Count(S source, ToDoubleFunction<S> value) {
            this.source = source;
            this.value = value;
        }

        void beginNow() {
            base = value.applyAsDouble(source);
        }

        double read() {
            return value.applyAsDouble(source) - base;
        }
    }

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
        Count<S> count = new Count<>(source, value);
        FunctionCounter counter = FunctionCounter.builder(name, count, Count::read)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry);
        meters.add(counter);
        counts.add(count);
        if (!(counter instanceof CumulativeFunctionCounter)) {
            count.beginNow();
        }
    }

    /** Registers a gauge. */
    public void gauge(String name, @Nullable String unit, String description, Tags more, ToDoubleFunction<S> value) {
        meters.add(Gauge.builder(name, source, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry));
    }

    /** Registers a histogram of times, which begins at zero, with the {@linkplain TimeHistogram#bounds bounds} of all. */
    public void histogram(String name, String description, Tags more, TimeHistogram times) {
        Timer timer = Timer.builder(name)
                .description(description)
                .tags(tags.and(more))
                .serviceLevelObjectives(TimeHistogram.bounds().toArray(Duration[]::new))
                .register(registry);
        meters.add(timer);
        LongConsumer recorder = nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
        times.add(recorder);
        recorders.add(() -> times.remove(recorder));
    }

    /** Removes all of them. */
    public void remove() {
        recorders.forEach(Runnable::run);
        recorders.clear();
        meters.forEach(registry::remove);
        meters.clear();
        counts.clear();
    }
}
