package org.lvs4j.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Traffic;

/** What is read for the meters of one server of one service. */
final class ServerSource extends TrafficTotal {
    static final List<Instrument<ServerSource>> INSTRUMENTS = Instrument.all(
            Instrument.traffic("lvs.server."),
            List.of(
                    gauge("current.connections", BaseUnits.CONNECTIONS, "Connections by state", ServerSnapshot::active)
                            .with("state", "active"),
                    gauge(
                                    "current.connections",
                                    BaseUnits.CONNECTIONS,
                                    "Connections by state",
                                    ServerSnapshot::inactive)
                            .with("state", "inactive"),
                    gauge(
                            "max.connections",
                            BaseUnits.CONNECTIONS,
                            "The upper threshold of active and inactive connections together; 0 if there is none",
                            now -> now.server().upperThreshold()),
                    gauge("templates", Instrument.TEMPLATES, "Persistence templates", ServerSnapshot::persistent),
                    gauge(
                            "weight",
                            null,
                            "The configured weight; 0 while the server is drained",
                            ServerSnapshot::weight),
                    gauge(
                            "overloaded",
                            null,
                            "1 while the upper threshold keeps new connections away, otherwise 0",
                            now -> now.overloaded() ? 1 : 0),
                    gauge(
                            "draining",
                            null,
                            "1 while the server is drained, otherwise 0",
                            now -> now.draining() ? 1 : 0)));

    private final Director director;
    private final Id id;

    /** A server of a service. */
    record Id(ServiceKey service, Endpoint server) {}

    ServerSource(Director director, Id id) {
        this.director = director;
        this.id = id;
    }

    Tags tags() {
        return Tags.of(
                "virtual.service",
                id.service().toString(),
                "real.server",
                id.server().toString());
    }

    private static Instrument<ServerSource> gauge(
            String name, @Nullable String unit, String description, ToDoubleFunction<ServerSnapshot> value) {
        return Instrument.gauge("lvs.server." + name, unit, description, source -> {
            ServerSnapshot now = source.snapshot();
            return now == null ? Double.NaN : value.applyAsDouble(now);
        });
    }

    private @Nullable ServerSnapshot snapshot() {
        return director.server(id.service(), id.server());
    }

    @Override
    @Nullable
    Traffic present() {
        ServerSnapshot now = snapshot();
        return now == null ? null : now.traffic();
    }
}
