package org.lvs4j;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.AddressFamily;

/**
 * Makes a {@link DirectorState}. Takes no lock that a packet waits for: it is weakly consistent while packets are
 * decided. Removed servers are included as long as something refers to them, since they may come back.
 */
final class StateCapture {
    private final ServiceRegistry services;
    private final Templates templates;
    private final Drains drains;
    private final Statistics total;

    StateCapture(ServiceRegistry services, Templates templates, Drains drains, Statistics total) {
        this.services = services;
        this.templates = templates;
        this.drains = drains;
        this.total = total;
    }

    private record Place(int number, AddressFamily clients) {}

    DirectorState capture(long unixMillis, long nowNanos) {
        StateRecords.Writer writer = new StateRecords.Writer();
        writer.head(unixMillis, total.traffic());
        Map<ServerState, SavedDrain> drained = drains.save(nowNanos);
        Map<ServerState, Place> places = new IdentityHashMap<>();
        Map<?, List<ServerState>> removed = services.removedServers();
        for (ServiceState service : services.table().all()) {
            ServiceState.View view = service.view();
            AddressFamily clients = service.key().family();
            writer.service(
                    service.key(),
                    view.config().persistence(),
                    service.statistics().traffic());
            for (int i = 0; i < view.servers().size(); i++) {
                add(view.servers().state(i), clients, drained, places, writer);
            }
            for (ServerState server : removed.getOrDefault(service.key(), List.of())) {
                add(server, clients, drained, places, writer);
            }
        }
        templates.save(nowNanos, (server, template) -> {
            Place place = places.get(server);
            if (place != null && template.leftNanos() > 0) {
                writer.template(place.number(), place.clients(), template);
            }
        });
        return writer.end();
    }

    private static void add(
            ServerState server,
            AddressFamily clients,
            Map<ServerState, SavedDrain> drained,
            Map<ServerState, Place> places,
            StateRecords.Writer writer) {
        // A change between two readings may show a server twice.
        if (places.putIfAbsent(server, new Place(places.size(), clients)) == null) {
            @Nullable SavedDrain drain = drained.get(server);
            writer.server(server.config().endpoint(), server.statistics().traffic(), drain);
        }
    }
}
