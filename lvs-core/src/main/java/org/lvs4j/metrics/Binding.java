package org.lvs4j.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import io.micrometer.core.instrument.noop.NoopFunctionCounter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meters in one registry.
 *
 * <p>A registry shows totals, as Prometheus does, or differences of totals, as those that push do. There, a meter
 * that is registered once more counts its whole total as a difference. So its total begins at zero; in the registries
 * that show totals it continues. A registry of several others may contain both kinds, and a total that begins at zero
 * is right for both.
 *
 * <p>Not thread-safe. A registry refers to the objects that are read weakly: this object keeps them reachable.
 */
final class Binding {
    private final MeterRegistry registry;
    private final Tags common;
    private final Map<Object, List<Registered>> meters = new IdentityHashMap<>();

    /** Whether the registry shows totals; null while no counter was registered, for instance because all are denied. */
    private @Nullable Boolean totals;

    /** A meter with the object that it reads. */
    private record Registered(Meter meter, Object read) {}

    Binding(MeterRegistry registry, Tags common) {
        this.registry = registry;
        this.common = common;
    }

    MeterRegistry registry() {
        return registry;
    }

    /** Registers the meters of a source. */
    <S> void add(S source, List<Instrument<S>> instruments, Tags tags) {
        List<Registered> registered = new ArrayList<>(instruments.size());
        // First: what is registered before a failure is removed with the rest.
        meters.put(source, registered);
        for (Instrument<S> instrument : instruments) {
            Tags all = common.and(tags).and(instrument.tags());
            registered.add(instrument.counter() ? counter(source, instrument, all) : gauge(source, instrument, all));
        }
    }

    private <S> Registered gauge(S source, Instrument<S> instrument, Tags tags) {
        Gauge gauge = Gauge.builder(instrument.name(), source, instrument.value())
                .description(instrument.description())
                .baseUnit(instrument.unit())
                .tags(tags)
                .register(registry);
        return new Registered(gauge, source);
    }

    private <S> Registered counter(S source, Instrument<S> instrument, Tags tags) {
        CounterReading<S> reading = new CounterReading<>(source, instrument.value());
        if (Boolean.FALSE.equals(totals)) {
            reading.fromNow();
        }
        FunctionCounter counter = FunctionCounter.builder(instrument.name(), reading, CounterReading::read)
                .description(instrument.description())
                .baseUnit(instrument.unit())
                .tags(tags)
                .register(registry);
        if (totals == null && !(counter instanceof NoopFunctionCounter)) {
            totals = counter instanceof CumulativeFunctionCounter;
            if (!totals) {
                reading.fromNow();
            }
        }
        // A counter whose reading is gone, as that of one just removed, shows the last value: which is then not zero.
        counter.count();
        return new Registered(counter, reading);
    }

    /** Removes the meters of a source. */
    void remove(Object source) {
        List<Registered> registered = meters.remove(source);
        if (registered != null) {
            registered.forEach(each -> registry.remove(each.meter()));
        }
    }

    /** Removes all meters. */
    void removeAll() {
        meters.values().forEach(registered -> registered.forEach(each -> registry.remove(each.meter())));
        meters.clear();
    }
}
