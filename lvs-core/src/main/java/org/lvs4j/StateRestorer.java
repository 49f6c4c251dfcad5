package org.lvs4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.internal.persistence.SavedTemplate;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Traffic;

/**
 * Restores one {@link DirectorState}. Services and servers are found by key and endpoint. The lock of the
 * {@link ConfigurationEditor} is held, so that none of them goes meanwhile; packets do not wait.
 */
final class StateRestorer implements StateRecords.Visitor {
    private final ServiceRegistry services;
    private final Templates templates;
    private final Statistics total;
    private final long elapsedNanos;
    private final long nowNanos;

    /** The place of each server in the state, or null if it is missing. */
    private final List<@Nullable Place> places = new ArrayList<>();

    private final List<Drained> drained = new ArrayList<>();

    /** The servers of the service whose servers are being read; null if the director does not have it. */
    private @Nullable Map<Endpoint, ServerState> servers;

    private ServiceKey key = ServiceKey.mark(1);
    private boolean persistent;
    private @Nullable String engine;

    private int servicesFound;
    private int servicesMissing;
    private int serversFound;
    private int serversMissing;
    private long added;
    private long expired;
    private long missing;
    private long known;
    private long refused;
    private int drainsLeftOut;

    /**
     * A restorer for one state.
     *
     * @param elapsedNanos the time since it was saved; not negative
     */
    StateRestorer(ServiceRegistry services, Templates templates, Statistics total, long elapsedNanos, long nowNanos) {
        this.services = services;
        this.templates = templates;
        this.total = total;
        this.elapsedNanos = elapsedNanos;
        this.nowNanos = nowNanos;
    }

    /** A server that is there. {@code persistent} says whether its service takes the templates. */
    private record Place(
            ServiceKey service,
            ServerState server,
            boolean persistent,
            @Nullable String engine) {}

    private record Drained(Place place, SavedDrain drain) {}

    @Override
    public void head(long unixMillis, Traffic counted) {
        total.carry(counted);
    }

    @Override
    public void service(ServiceKey read, @Nullable Persistence saved, Traffic traffic) {
        ServiceState service = services.table().get(read);
        key = read;
        if (service == null) {
            servers = null;
            servicesMissing++;
            return;
        }
        servicesFound++;
        service.statistics().carry(traffic);
        ServerPool pool = service.view().servers();
        Map<Endpoint, ServerState> found = new HashMap<>();
        for (int i = 0; i < pool.size(); i++) {
            found.put(pool.state(i).config().endpoint(), pool.state(i));
        }
        servers = found;
        Persistence now = service.view().config().persistence();
        persistent = now != null
                && saved != null
                && now.mask() == saved.mask()
                && Objects.equals(now.engine(), saved.engine());
        engine = now == null ? null : now.engine();
    }

    @Override
    public void server(Endpoint endpoint, Traffic traffic, @Nullable SavedDrain drain) {
        ServerState server = servers == null ? null : servers.get(endpoint);
        if (server == null) {
            serversMissing++;
            drainsLeftOut += drain == null ? 0 : 1;
            places.add(null);
            return;
        }
        serversFound++;
        server.statistics().carry(traffic);
        Place place = new Place(key, server, persistent, engine);
        places.add(place);
        if (drain != null) {
            drained.add(new Drained(place, drain));
        }
    }

    @Override
    public void template(int number, AddressFamily family, SavedTemplate saved) {
        Place place = places.get(number);
        long left = Math.min(saved.leftNanos(), saved.timeoutNanos()) - elapsedNanos;
        if (left <= 0) {
            expired++;
        } else if (place == null || !place.persistent() || place.service().family() != family) {
            missing++;
        } else {
            switch (templates.restore(
                    place.service(), place.engine(), place.server(), saved.withLeft(left), nowNanos)) {
                case ADDED -> added++;
                case KNOWN -> known++;
                case FULL -> refused++;
            }
        }
    }

    /** Restores drains, after the templates that they wait for, and tells what has been done. */
    StateRestoration finish(ConfigurationEditor editor, Drains drains) {
        int going = 0;
        for (Drained next : drained) {
            SavedDrain drain = next.drain();
            long left = Math.max(0, drain.leftNanos() - elapsedNanos);
            try {
                drains.restore(
                        editor,
                        next.place().service(),
                        next.place().server(),
                        new SavedDrain(Math.min(drain.pacingNanos(), left), left, drain.ended()));
                going++;
            } catch (DirectorException e) {
                drainsLeftOut++;
            }
        }
        return new StateRestoration(
                Duration.ofNanos(elapsedNanos),
                servicesFound,
                servicesMissing,
                serversFound,
                serversMissing,
                added,
                expired,
                missing,
                known,
                refused,
                going,
                drainsLeftOut);
    }
}
