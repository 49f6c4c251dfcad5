package org.lvs4j.scheduler;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Sysctl;

/**
 * {@code lblc}, locality-based least-connection: a destination address stays with one server, the choice of {@code wlc}
 * when it was first seen. It moves to another one when its server leaves, is quiesced, or has more active connections
 * than it weighs while some server has less than half as many as it weighs.
 *
 * <p>The overload mark of a remembered server is not looked at, as in IPVS. What is remembered survives changes of the
 * list; {@link LocalityCache} says for how long.
 */
final class LocalityLeastConnection implements Scheduler {
    private final SchedulerContext context;
    private final LocalityCache<Place> cache;

    private LocalityLeastConnection(SchedulerContext context) {
        this.context = context;
        cache = new LocalityCache<>(context, Sysctl.LBLC_EXPIRATION);
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long now = context.nanoTime();
        cache.advance(now);
        Place place = cache.find(flow.destinationHigh(), flow.destinationLow());
        if (place != null) {
            place.touch(now);
        }
        int remembered = usable(servers, place);
        if (remembered != NONE) {
            return remembered;
        }
        int chosen = LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
        if (chosen != NONE) {
            remember(place, servers, chosen, flow, now);
        }
        return chosen;
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        int remembered = usable(servers, cache.find(flow.destinationHigh(), flow.destinationLow()));
        return remembered != NONE ? remembered : LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }

    private static int usable(Servers servers, @Nullable Place place) {
        if (place == null) {
            return NONE;
        }
        int index = place.server.indexIn(servers);
        boolean usable =
                index >= 0 && servers.weight(index) > 0 && !servers.excluded(index) && !crowded(servers, index);
        return usable ? index : NONE;
    }

    /** Whether a server has more active connections than it weighs while another is less than half full. */
    static boolean crowded(Servers servers, int index) {
        if (servers.active(index) > servers.weight(index)) {
            for (int i = 0, size = servers.size(); i < size; i++) {
                if (2L * servers.active(i) < servers.weight(i)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void remember(@Nullable Place found, Servers servers, int chosen, Flow flow, long nowNanos) {
        if (found != null && found.server.indexIn(servers) == chosen) {
            return;
        }
        ServerReference server = ServerReference.to(servers, chosen);
        Place place = found != null
                ? found
                : cache.insert(new Place(flow.destinationHigh(), flow.destinationLow(), server, nowNanos));
        if (place != null) {
            place.server = server;
        }
    }

    /** Where the connections to one address go. */
    private static final class Place extends LocalityCache.Entry {
        // Replaced as a whole: volatile publishes what the reference holds. The last of several writers wins.
        private volatile ServerReference server;

        Place(long high, long low, ServerReference server, long nowNanos) {
            super(high, low, nowNanos);
            this.server = server;
        }
    }

    /** Makes {@code lblc} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "lblc";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new LocalityLeastConnection(context);
        }
    }
}
