package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code mh-bounded}: {@code mh-stable} with a limit, so that no server gets far more than its share even if few
 * clients open most of the connections. Not part of IPVS.
 *
 * <p>A server is full if it has 1.25 times its share by weight of all active connections, including the one being
 * scheduled. A client whose server is full or unavailable moves to the next slot of the table, until a server has room.
 * {@link SchedulerFlag#PORT} hashes the client's port as well.
 *
 * <p>V. Mirrokni, M. Thorup and M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018.
 */
final class BoundedMaglev implements Scheduler {
    private static final double FACTOR = 1.25;

    private final MaglevTable table;
    private final boolean port;

    private BoundedMaglev(MaglevTable table, boolean port) {
        this.table = table;
        this.port = port;
    }

    static BoundedMaglev of(Servers servers, Set<SchedulerFlag> flags) {
        return of(servers, flags.contains(SchedulerFlag.PORT));
    }

    private static BoundedMaglev of(Servers servers, boolean port) {
        return new BoundedMaglev(MaglevHashing.Layout.STABLE.build(servers), port);
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        double fair = fairShare(servers);
        if (fair == 0) {
            return NONE;
        }
        int slot = table.slot(AddressHash.source(flow, port), 0);
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
        // By the definition of full some server has room, unless connections were opened during the scan.
        return firstAvailable;
    }

    /** Active connections per weight, including the one being scheduled; 0 if no server is available. */
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

    /** Active connections divided by the limit: a server is full from 1 on. */
    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return servers.active(index) / limit(servers, index, fairShare(servers));
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        return of(servers, port);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        return of(servers, port);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return of(servers, port);
    }

    @Override
    public Scheduler serverEdited(Servers servers, int index) {
        return of(servers, port);
    }

    @Override
    public Scheduler flagsChanged(Set<SchedulerFlag> flags) {
        return new BoundedMaglev(table, flags.contains(SchedulerFlag.PORT));
    }
}
