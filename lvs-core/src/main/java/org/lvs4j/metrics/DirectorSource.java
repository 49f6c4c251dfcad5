package org.lvs4j.metrics;

import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.LimitCounters;
import org.lvs4j.LimitUsage;
import org.lvs4j.stats.Traffic;

/** What is read for the meters of a director as a whole. */
final class DirectorSource extends TrafficTotal {
    static final List<Instrument<DirectorSource>> INSTRUMENTS = Instrument.all(
            List.of(
                    owners("services", Instrument.SERVICES, "Virtual services", Owners::services),
                    owners("servers", Instrument.SERVERS, "Real servers of all services", Owners::servers),
                    owners(
                            "unmetered.services",
                            Instrument.SERVICES,
                            "Services without meters, because as many as may be have some",
                            Owners::unmeteredServices),
                    owners(
                            "unmetered.servers",
                            Instrument.SERVERS,
                            "Servers without meters, because as many as may be have some",
                            Owners::unmeteredServers)),
            Instrument.traffic("lvs."),
            Instrument.rates("lvs.", source -> source.director.rates()),
            List.of(
                    usage(
                            "connections",
                            BaseUnits.CONNECTIONS,
                            "Listed connections, lingering ones included",
                            LimitUsage::connections),
                    usage(
                            "max.connections",
                            BaseUnits.CONNECTIONS,
                            "The ceiling of listed connections",
                            LimitUsage::maxConnections),
                    usage("templates", Instrument.TEMPLATES, "Persistence templates", LimitUsage::templates),
                    usage(
                            "max.templates",
                            Instrument.TEMPLATES,
                            "The ceiling of persistence templates",
                            LimitUsage::maxTemplates),
                    limit(
                            "refused.connections",
                            BaseUnits.CONNECTIONS,
                            "Connections dropped at the ceiling",
                            LimitCounters::connectionsRefused),
                    limit(
                            "cut.connections",
                            BaseUnits.CONNECTIONS,
                            "Closed connections that did not linger for their time, for want of room",
                            LimitCounters::lingeringCut),
                    limit(
                            "evicted.templates",
                            Instrument.TEMPLATES,
                            "Persistence templates evicted at their ceiling",
                            LimitCounters::templatesEvicted),
                    limit(
                            "dropped.packets",
                            Instrument.PACKETS,
                            "Packets dropped by the sysctl drop_packet",
                            LimitCounters::packetsDropped),
                    limit(
                            "dropped.entries",
                            "entries",
                            "Connections and templates dropped by the sysctl drop_entry",
                            LimitCounters::entriesDropped),
                    drains(Drain.Phase.DRAINING),
                    drains(Drain.Phase.ENDING),
                    drains(Drain.Phase.DRAINED)));

    /** How many services and servers there are, and how many of them have no meters. */
    record Owners(int services, int servers, int unmeteredServices, int unmeteredServers) {}

    private final Director director;

    // Written by the thread that follows the configuration, read when a registry reads its meters.
    private volatile Owners owners = new Owners(0, 0, 0, 0);

    DirectorSource(Director director) {
        this.director = director;
    }

    void owners(Owners now) {
        owners = now;
    }

    private static Instrument<DirectorSource> owners(
            String name, String unit, String description, ToLongFunction<Owners> value) {
        return Instrument.gauge("lvs." + name, unit, description, source -> value.applyAsLong(source.owners));
    }

    private static Instrument<DirectorSource> usage(
            String name, String unit, String description, ToLongFunction<LimitUsage> value) {
        return Instrument.gauge(
                "lvs.table." + name, unit, description, source -> value.applyAsLong(source.director.limitUsage()));
    }

    private static Instrument<DirectorSource> limit(
            String name, String unit, String description, ToLongFunction<LimitCounters> value) {
        return Instrument.counter(
                "lvs." + name, unit, description, source -> value.applyAsLong(source.director.limits()));
    }

    private static Instrument<DirectorSource> drains(Drain.Phase phase) {
        return Instrument.<DirectorSource>gauge(
                        "lvs.drains",
                        "drains",
                        "Drains of servers by phase",
                        source -> source.director.drains().stream()
                                .filter(drain -> drain.phase() == phase)
                                .count())
                .with("phase", phase.name().toLowerCase(Locale.ROOT));
    }

    @Override
    Traffic present() {
        return director.traffic();
    }
}
