package org.lvs4j.scheduler;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Sysctl;

/**
 * {@code lblc}, locality-based least-connection: a destination address stays with one server, the choice of {@code wlc}
 * for its first connection. It moves to another choice of {@code wlc} when its server has left, is quiesced, or is
 * {@linkplain #crowded crowded}.
 *
 * <p>The overload mark of a cached server is ignored, as in IPVS. The {@link LocalityCache} survives changes
 * of the list.
 */
final class LocalityLeastConnection implements Scheduler {
    private final SchedulerContext context;
    private final LocalityCache<Destination> cache;

    LocalityLeastConnection(SchedulerContext context) {
        this.context = context;
        cache = new LocalityCache<>(context, Sysctl.LBLC_EXPIRATION);
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long now = context.nanoTime();
        cache.advance(now);
        Destination destination = cache.find(flow.destinationHigh(), flow.destinationLow());
        if (destination != null) {
            destination.touch(now);
        }
        int cached = usable(servers, destination);
        if (cached != NONE) {
            return cached;
        }
        int chosen = LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
        if (chosen != NONE) {
            store(destination, servers, chosen, flow, now);
        }
        return chosen;
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        int cached = usable(servers, cache.find(flow.destinationHigh(), flow.destinationLow()));
        return cached != NONE ? cached : LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }

    private static int usable(Servers servers, @Nullable Destination destination) {
        if (destination == null) {
            return NONE;
        }
        int index = destination.server.indexIn(servers);
        boolean usable =
                index >= 0 && servers.weight(index) > 0 && !servers.excluded(index) && !crowded(servers, index);
        return usable ? index : NONE;
    }

    /** Whether a server has more active connections than its weight while some server has less than half its weight. */
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

    private void store(@Nullable Destination found, Servers servers, int chosen, Flow flow, long nowNanos) {
        if (found != null && found.server.indexIn(servers) == chosen) {
            return;
        }
        ServerReference server = ServerReference.to(servers, chosen);
        Destination destination = found != null
                ? found
                : cache.insert(new Destination(flow.destinationHigh(), flow.destinationLow(), server, nowNanos));
        if (destination != null) {
            destination.server = server;
        }
    }

    /** The server of one destination address. */
    private static final class Destination extends LocalityCache.Entry {
        // Volatile: a thread that reads the reference sees its fields. The last of several writers wins.
        private volatile ServerReference server;

        Destination(long high, long low, ServerReference server, long nowNanos) {
            super(high, low, nowNanos);
            this.server = server;
        }
    }
}
