package org.lvs4j.metrics;

import java.util.function.ToDoubleFunction;

/**
 * The value of one counter in one registry: that of its source, or in a registry that reports differences, what the
 * source has counted since the meter was registered.
 */
final class CounterReading<S> {
    private final S source;
    private final ToDoubleFunction<S> value;

    // Volatile: written by the thread that registers the meter, read by those that read it.
    private volatile double base;

    CounterReading(S source, ToDoubleFunction<S> value) {
        this.source = source;
        this.value = value;
    }

    /** Counts from now on only. */
    CounterReading<S> fromNow() {
        base = value.applyAsDouble(source);
        return this;
    }

    double read() {
        return value.applyAsDouble(source) - base;
    }
}
