package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code mh-bounded}: {@code mh-stable} with a limit, so that no server gets far more than its share even if few clients
 * make most of the connections. Ours, not of IPVS.
 *
 * <p>A server is full when it has 1.25 times the active connections that its weight entitles it to, the one to come
 * included. A client whose server is full or unavailable goes on to the next slot of the table, until a server has
 * room. {@link SchedulerFlag#PORT} hashes the client's port, too.
 *
 * <p>Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018.
 */
final class BoundedMaglev implements Scheduler {
    private static final double FACTOR = 1.25;

    private final MaglevTable table;
    private final boolean port;

    private BoundedMaglev(Servers servers, boolean port) {
        table = MaglevHashing.Layout.STABLE.build(servers);
        this.port = port;
    }

    private BoundedMaglev(MaglevTable table, boolean port) {
        this.table = table;
        this.port = port;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        double fair = fairShare(servers);
        if (fair == 0) {
            return NONE;
        }
        int slot = table.slot(AddressHash.client(flow, port), 0);
        int firstAvailable = NONE;
        for (int step = table.size(); step > 0; step--) {
            int index = table.at(slot);
            if (index < 0) {
                return NONE;
            }
            if (servers.available(index)) {
                if (servers.active(index) < limit(servers, index, fair)) {
                    return index;
                }
                if (firstAvailable == NONE) {
                    firstAvailable = index;
                }
            }
            slot = slot + 1 < table.size() ? slot + 1 : 0;
        }
        // Somebody has room by the definition of full, unless connections came in during the walk.
        return firstAvailable;
    }

    /** Active connections per weight, with the one to come; 0 if no server is available. */
    private static double fairShare(Servers servers) {
        long active = 1;
        long weight = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i)) {
                active += servers.active(i);
                weight += servers.weight(i);
            }
        }
        return weight == 0 ? 0 : (double) active / weight;
    }

    private static double limit(Servers servers, int index, double fair) {
        return Math.ceil(FACTOR * fair * servers.weight(index));
    }

    /** Active connections as a part of the limit: full from 1 on. */
    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return servers.active(index) / limit(servers, index, fairShare(servers));
    }

    @Override
    public Scheduler added(Servers now) {
        return new BoundedMaglev(now, port);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return new BoundedMaglev(now, port);
    }

    @Override
    public Scheduler edited(Servers now, int index) {
        return new BoundedMaglev(now, port);
    }

    @Override
    public Scheduler flagged(Set<SchedulerFlag> flags) {
        return new BoundedMaglev(table, flags.contains(SchedulerFlag.PORT));
    }

    /** Makes {@code mh-bounded} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "mh-bounded";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new BoundedMaglev(servers, context.flags().contains(SchedulerFlag.PORT));
        }
    }
}
