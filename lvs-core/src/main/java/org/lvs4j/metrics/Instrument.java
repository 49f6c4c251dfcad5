package org.lvs4j.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.stats.Rates;

/**
 * One meter of each source of a kind: its name, its unit, its description, and how its value is read.
 *
 * @param counter whether it is a counter, whose value never decreases; otherwise a gauge
 * @param unit its base unit, or null if it has none
 * @param tags those that distinguish it from other meters of this name and source
 */
record Instrument<S>(
        String name, boolean counter, @Nullable String unit, String description, Tags tags, ToDoubleFunction<S> value) {
    static final String PACKETS = "packets";
    static final String SERVERS = "servers";
    static final String SERVICES = "services";
    static final String TEMPLATES = "templates";

    private static final String PACKETS_COUNTED = "Packets from clients (in) and to clients (out)";
    private static final String BYTES_COUNTED = "Bytes from clients (in) and to clients (out)";

    static <S> Instrument<S> counter(String name, String unit, String description, ToDoubleFunction<S> value) {
        return new Instrument<>(name, true, unit, description, Tags.empty(), value);
    }

    static <S> Instrument<S> gauge(String name, @Nullable String unit, String description, ToDoubleFunction<S> value) {
        return new Instrument<>(name, false, unit, description, Tags.empty(), value);
    }

    /** The same meter with a further tag. */
    Instrument<S> with(String key, String tag) {
        return new Instrument<>(name, counter, unit, description, tags.and(key, tag), value);
    }

    /** The five counters of traffic. */
    static <S extends TrafficTotal> List<Instrument<S>> traffic(String prefix) {
        return List.of(
                counter(
                        prefix + "connections",
                        BaseUnits.CONNECTIONS,
                        "Connections scheduled",
                        source -> unsigned(source.read().connections())),
                in(counter(
                        prefix + PACKETS,
                        PACKETS,
                        PACKETS_COUNTED,
                        source -> unsigned(source.read().inPackets()))),
                out(counter(
                        prefix + PACKETS,
                        PACKETS,
                        PACKETS_COUNTED,
                        source -> unsigned(source.read().outPackets()))),
                in(counter(
                        prefix + "bytes",
                        BaseUnits.BYTES,
                        BYTES_COUNTED,
                        source -> unsigned(source.read().inBytes()))),
                out(counter(
                        prefix + "bytes",
                        BaseUnits.BYTES,
                        BYTES_COUNTED,
                        source -> unsigned(source.read().outBytes()))));
    }

    private static double unsigned(long counter) {
        return counter >= 0 ? counter : 2.0 * (counter >>> 1);
    }

    /** The five averages; not a number where there are none. */
    static <S> List<Instrument<S>> rates(String prefix, Function<S, @Nullable Rates> rates) {
        return List.of(
                rate(prefix + "connections", rates, Rates::connectionsPerSecond),
                in(rate(prefix + PACKETS, rates, Rates::inPacketsPerSecond)),
                out(rate(prefix + PACKETS, rates, Rates::outPacketsPerSecond)),
                in(rate(prefix + "bytes", rates, Rates::inBytesPerSecond)),
                out(rate(prefix + "bytes", rates, Rates::outBytesPerSecond)));
    }

    private static <S> Instrument<S> rate(
            String name, Function<S, @Nullable Rates> rates, ToDoubleFunction<Rates> value) {
        return gauge(name + ".per.second", null, "The average that IPVS estimates", source -> {
            Rates now = rates.apply(source);
            return now == null ? Double.NaN : value.applyAsDouble(now);
        });
    }

    private static <S> Instrument<S> in(Instrument<S> instrument) {
        return instrument.with("direction", "in");
    }

    private static <S> Instrument<S> out(Instrument<S> instrument) {
        return instrument.with("direction", "out");
    }

    @SafeVarargs
    static <S> List<Instrument<S>> all(List<Instrument<S>>... lists) {
        List<Instrument<S>> all = new ArrayList<>();
        for (List<Instrument<S>> list : lists) {
            all.addAll(list);
        }
        return List.copyOf(all);
    }
}
