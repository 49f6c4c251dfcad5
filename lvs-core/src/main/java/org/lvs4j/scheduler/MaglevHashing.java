package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code mh} and {@code mh-stable}, Maglev hashing: the server that the client's address hashes to in a {@link
 * MaglevTable}. When a server leaves, few clients of the others move.
 *
 * <p>The table of {@code mh} has 4093 slots and is that of IPVS: it depends on the order of the servers, and a quiesced
 * server keeps the slots of its last weight. The table of {@code mh-stable}, which is not part of IPVS, has 16381
 * slots: directors with the same servers in different order have the same table, and the slots of a quiesced server are
 * assigned to the others.
 *
 * <p>The clients of an unavailable server are refused; with {@link SchedulerFlag#FALLBACK} they are hashed again until
 * the slot belongs to an available server. {@link SchedulerFlag#PORT} hashes the client's port as well.
 */
final class MaglevHashing implements Scheduler {
    private final Layout layout;
    private final MaglevTable table;
    private final boolean fallback;
    private final boolean port;

    private MaglevHashing(Layout layout, MaglevTable table, boolean fallback, boolean port) {
        this.layout = layout;
        this.table = table;
        this.fallback = fallback;
        this.port = port;
    }

    static MaglevHashing of(Layout layout, Servers servers, Set<SchedulerFlag> flags) {
        return of(layout, layout.build(servers), flags);
    }

    private static MaglevHashing of(Layout layout, MaglevTable table, Set<SchedulerFlag> flags) {
        return new MaglevHashing(
                layout, table, flags.contains(SchedulerFlag.FALLBACK), flags.contains(SchedulerFlag.PORT));
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        int client = AddressHash.source(flow, port);
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
        int size = table.size();
        for (int step = 0; step < size; step++) {
            int index = table.at(table.slot(client, (slot + step) % size));
            if (servers.available(index)) {
                return index;
            }
        }
        return NONE;
    }

    /** Avoids thousands of hashes that cannot find an available server. */
    private static boolean noneAvailable(Servers servers) {
        for (int i = 0; i < servers.size(); i++) {
            if (servers.available(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        return rebuilt(servers);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        return rebuilt(servers);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return rebuilt(servers);
    }

    @Override
    public Scheduler serverEdited(Servers servers, int index) {
        return rebuilt(servers);
    }

    @Override
    public Scheduler flagsChanged(Set<SchedulerFlag> flags) {
        return of(layout, table, flags);
    }

    private Scheduler rebuilt(Servers servers) {
        return new MaglevHashing(layout, layout.build(servers), fallback, port);
    }

    /** The two ways to fill the table. */
    enum Layout {
        /** That of IPVS: by the order of the list and last weights. */
        IPVS(Schedulers.MH, 4093) {
            @Override
            MaglevTable build(Endpoint[] endpoints, Servers servers) {
                int[] weights = new int[endpoints.length];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = servers.lastWeight(i);
                }
                return MaglevTable.of(endpoints, weights, slots());
            }
        },
        /** By endpoints and present weights. */
        STABLE(Schedulers.MH_STABLE, 16_381) {
            @Override
            MaglevTable build(Endpoint[] endpoints, Servers servers) {
                int[] weights = new int[endpoints.length];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = servers.weight(i);
                }
                return MaglevTable.byEndpoint(endpoints, weights, slots());
            }
        };

        private final String scheduler;
        private final int slots;

        Layout(String scheduler, int slots) {
            this.scheduler = scheduler;
            this.slots = slots;
        }

        int slots() {
            return slots;
        }

        abstract MaglevTable build(Endpoint[] endpoints, Servers servers);

        /**
         * The table of a list.
         *
         * @throws IllegalArgumentException if there are more servers than slots
         */
        MaglevTable build(Servers servers) {
            if (servers.size() > slots) {
                throw new IllegalArgumentException("the table of scheduler " + scheduler + " has " + slots
                        + " slots, so it cannot serve " + servers.size() + " servers");
            }
            Endpoint[] endpoints = new Endpoint[servers.size()];
            for (int i = 0; i < endpoints.length; i++) {
                endpoints[i] = servers.server(i).endpoint();
            }
            return build(endpoints, servers);
        }
    }
}
