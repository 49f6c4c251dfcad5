package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Sysctl;

/**
 * {@code lblcr}, locality-based least-connection with replication: a destination address stays with a set of servers, of
 * which the least loaded is taken. When that one is crowded, as {@code lblc} understands it, the choice of {@code wlc}
 * joins the set. A set of several that has not changed for the time {@code lblcr_expiration} loses its most loaded
 * member.
 */
final class ReplicatedLocality implements Scheduler {
    private final SchedulerContext context;
    private final LocalityCache<Place> cache;

    private ReplicatedLocality(SchedulerContext context) {
        this.context = context;
        cache = new LocalityCache<>(context, Sysctl.LBLCR_EXPIRATION);
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long now = context.nanoTime();
        cache.advance(now);
        Place place = cache.find(flow.destinationHigh(), flow.destinationLow());
        if (place != null) {
            place.touch(now);
            ServerSet set = place.servers();
            // Chosen before the set shrinks: the member that leaves may serve this connection still.
            int least = set.leastLoaded(servers);
            if (set.size() > 1 && now - set.changedNanos() > cache.expirationNanos()) {
                place.replace(set, set.withoutMostLoaded(servers, now));
            }
            if (least != NONE && !LocalityLeastConnection.crowded(servers, least)) {
                return least;
            }
        }
        int chosen = LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
        if (chosen == NONE) {
            return NONE;
        }
        if (place == null) {
            ServerSet alone = ServerSet.of(servers, chosen, now);
            place = cache.insert(new Place(flow.destinationHigh(), flow.destinationLow(), alone, now));
        }
        if (place != null) {
            place.add(servers, chosen, now);
        }
        return chosen;
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        Place place = cache.find(flow.destinationHigh(), flow.destinationLow());
        int least = place == null ? NONE : place.servers().leastLoaded(servers);
        return least != NONE && !LocalityLeastConnection.crowded(servers, least)
                ? least
                : LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }

    /** Where the connections to one address go. */
    private static final class Place extends LocalityCache.Entry {
        private static final VarHandle SERVERS = serversHandle();

        private ServerSet servers;

        Place(long high, long low, ServerSet servers, long nowNanos) {
            super(high, low, nowNanos);
            this.servers = servers;
        }

        // Acquire pairs with the compare-and-set of replace: a set is seen complete.
        ServerSet servers() {
            return (ServerSet) SERVERS.getAcquire(this);
        }

        boolean replace(ServerSet from, ServerSet to) {
            return SERVERS.compareAndSet(this, from, to);
        }

        void add(Servers list, int index, long nowNanos) {
            while (true) {
                ServerSet now = servers();
                if (now.contains(list, index) || replace(now, now.with(list, index, nowNanos))) {
                    return;
                }
            }
        }

        private static VarHandle serversHandle() {
            try {
                return MethodHandles.lookup().findVarHandle(Place.class, "servers", ServerSet.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    /** Makes {@code lblcr} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "lblcr";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new ReplicatedLocality(context);
        }
    }
}
