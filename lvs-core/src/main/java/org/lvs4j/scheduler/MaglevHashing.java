package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code mh}: the server that the client's address hashes to in a Maglev table of 4093 slots. When a server leaves,
 * few clients of the others move.
 *
 * <p>The table depends on the order of the servers. A quiesced server keeps the slots of its last weight. The clients of
 * an unavailable server are refused, or with {@link SchedulerFlag#FALLBACK} hashed again until an available server is
 * hit. {@link SchedulerFlag#PORT} hashes the client's port, too.
 */
final class MaglevHashing implements Scheduler {
    static final int SIZE = 4093;

    private final MaglevTable table;
    private final boolean fallback;
    private final boolean port;

    private MaglevHashing(MaglevTable table, boolean fallback, boolean port) {
        this.table = table;
        this.fallback = fallback;
        this.port = port;
    }

    private MaglevHashing(MaglevTable table, Set<SchedulerFlag> flags) {
        this(table, flags.contains(SchedulerFlag.FALLBACK), flags.contains(SchedulerFlag.PORT));
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        int client = AddressHash.client(flow, port);
        int slot = table.slot(client, 0);
        int index = table.at(slot);
        if (index < 0 || servers.available(index)) {
            return index;
        }
        return fallback ? fallBack(servers, client, slot) : NONE;
    }

    private int fallBack(Servers servers, int client, int slot) {
        if (noneAvailable(servers)) {
            return NONE;
        }
        for (int step = 0; step < SIZE; step++) {
            int index = table.at(table.slot(client, (slot + step) % SIZE));
            if (servers.available(index)) {
                return index;
            }
        }
        return NONE;
    }

    /** Spares thousands of hashes where they would lead to nothing. */
    private static boolean noneAvailable(Servers servers) {
        for (int i = 0; i < servers.size(); i++) {
            if (servers.available(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Scheduler added(Servers now) {
        return rebuilt(now);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return rebuilt(now);
    }

    @Override
    public Scheduler edited(Servers now, int index) {
        return rebuilt(now);
    }

    @Override
    public Scheduler flagged(Set<SchedulerFlag> flags) {
        return new MaglevHashing(table, flags);
    }

    private Scheduler rebuilt(Servers now) {
        return new MaglevHashing(build(now), fallback, port);
    }

    private static MaglevTable build(Servers servers) {
        requireSlots("mh", servers, SIZE);
        Endpoint[] endpoints = new Endpoint[servers.size()];
        int[] weights = new int[servers.size()];
        for (int i = 0; i < endpoints.length; i++) {
            endpoints[i] = servers.server(i).endpoint();
            weights[i] = servers.lastWeight(i);
        }
        return MaglevTable.of(endpoints, weights, SIZE);
    }

    static void requireSlots(String name, Servers servers, int slots) {
        if (servers.size() > slots) {
            throw new IllegalArgumentException("the table of scheduler " + name + " has " + slots
                    + " slots, one server each at least; it cannot hold " + servers.size() + " servers");
        }
    }

    /** Makes {@code mh} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "mh";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new MaglevHashing(build(servers), context.flags());
        }
    }
}
