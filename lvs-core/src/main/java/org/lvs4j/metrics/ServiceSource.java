package org.lvs4j.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/** What is read for the meters of one service. */
final class ServiceSource extends TrafficTotal {
    static final List<Instrument<ServiceSource>> INSTRUMENTS = Instrument.all(
            List.of(
                    servers("servers", "Real servers", server -> true),
                    servers(
                            "available.servers",
                            "Real servers whose weight is not zero and that are not overloaded",
                            server -> server.weight() > 0 && !server.overloaded()),
                    connections("active", ServerSnapshot::active),
                    connections("inactive", ServerSnapshot::inactive)),
            Instrument.traffic("lvs.service."),
            Instrument.rates("lvs.service.", ServiceSource::rates));

    private final Director director;
    private final ServiceKey key;

    ServiceSource(Director director, ServiceKey key) {
        this.director = director;
        this.key = key;
    }

    Tags tags() {
        return Tags.of("virtual.service", key.toString());
    }

    private static Instrument<ServiceSource> servers(
            String name, String description, Predicate<ServerSnapshot> counted) {
        return gauge(
                name,
                Instrument.SERVERS,
                description,
                now -> now.servers().stream().filter(counted).count());
    }

    private static Instrument<ServiceSource> connections(String state, ToLongFunction<ServerSnapshot> value) {
        return gauge(
                        "current.connections",
                        BaseUnits.CONNECTIONS,
                        "Connections by state",
                        now -> now.servers().stream().mapToLong(value).sum())
                .with("state", state);
    }

    private static Instrument<ServiceSource> gauge(
            String name, String unit, String description, ToDoubleFunction<ServiceSnapshot> value) {
        return Instrument.gauge("lvs.service." + name, unit, description, source -> {
            ServiceSnapshot now = source.director.service(source.key);
            return now == null ? Double.NaN : value.applyAsDouble(now);
        });
    }

    private @Nullable Rates rates() {
        ServiceSnapshot now = director.service(key);
        return now == null ? null : now.rates();
    }

    @Override
    @Nullable
    Traffic present() {
        ServiceSnapshot now = director.service(key);
        return now == null ? null : now.traffic();
    }
}
