package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Sysctl;

/**
 * {@code lblcr}, locality-based least-connection with replication: a destination address stays with a set of servers,
 * of which the least loaded is chosen. If that one is {@linkplain LocalityLeastConnection#crowded crowded}, the choice
 * of {@code wlc} is added to the set. A set of several servers that has not changed for {@code lblcr_expiration} loses
 * its most loaded member.
 */
final class ReplicatedLocality implements Scheduler {
    private final SchedulerContext context;
    private final LocalityCache<Destination> cache;

    ReplicatedLocality(SchedulerContext context) {
        this.context = context;
        cache = new LocalityCache<>(context, Sysctl.LBLCR_EXPIRATION);
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long now = context.nanoTime();
        cache.advance(now);
        Destination destination = cache.find(flow.destinationHigh(), flow.destinationLow());
        if (destination != null) {
            destination.touch(now);
            ServerSet set = destination.serversAcquire();
            // Before the set shrinks: the member that is removed may still get this connection, as in IPVS.
            int least = set.leastLoaded(servers);
            if (set.size() > 1 && now - set.changedNanos() > cache.expirationNanos()) {
                destination.replace(set, set.withoutMostLoaded(servers, now));
            }
            if (least != NONE && !LocalityLeastConnection.crowded(servers, least)) {
                return least;
            }
        }
        int chosen = LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
        if (chosen == NONE) {
            return NONE;
        }
        if (destination == null) {
            ServerSet single = ServerSet.of(servers, chosen, now);
            destination = cache.insert(new Destination(flow.destinationHigh(), flow.destinationLow(), single, now));
        }
        if (destination != null) {
            destination.add(servers, chosen, now);
        }
        return chosen;
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        Destination destination = cache.find(flow.destinationHigh(), flow.destinationLow());
        int least = destination == null ? NONE : destination.serversAcquire().leastLoaded(servers);
        return least != NONE && !LocalityLeastConnection.crowded(servers, least)
                ? least
                : LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }

    /** The server set of one destination address. */
    private static final class Destination extends LocalityCache.Entry {
        private static final VarHandle SERVERS = serversHandle();

        private ServerSet servers;

        Destination(long high, long low, ServerSet servers, long nowNanos) {
            super(high, low, nowNanos);
            this.servers = servers;
        }

        /** Acquires the set from the compare-and-set in {@link #replace}. */
        ServerSet serversAcquire() {
            return (ServerSet) SERVERS.getAcquire(this);
        }

        /** Releases the new set to {@link #serversAcquire}. */
        boolean replace(ServerSet before, ServerSet after) {
            return SERVERS.compareAndSet(this, before, after);
        }

        void add(Servers list, int index, long nowNanos) {
            while (true) {
                ServerSet now = serversAcquire();
                if (now.contains(list, index) || replace(now, now.with(list, index, nowNanos))) {
                    return;
                }
            }
        }

        private static VarHandle serversHandle() {
            try {
                return MethodHandles.lookup().findVarHandle(Destination.class, "servers", ServerSet.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
