package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code mh} and {@code mh-stable}: the server that the client's address hashes to in a Maglev table. When a server
 * leaves, few clients of the others move.
 *
 * <p>The table of {@code mh}, 4093 slots, is that of IPVS: it depends on the order of the servers, and a quiesced server
 * keeps the slots of its last weight. That of {@code mh-stable}, 16381 slots, is ours: directors that were given the
 * same servers in different order agree, and the slots of a quiesced server go to the others.
 *
 * <p>The clients of an unavailable server are refused, or with {@link SchedulerFlag#FALLBACK} hashed again until an
 * available server is hit. {@link SchedulerFlag#PORT} hashes the client's port, too.
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

    private static MaglevHashing of(Layout layout, MaglevTable table, Set<SchedulerFlag> flags) {
        return new MaglevHashing(
                layout, table, flags.contains(SchedulerFlag.FALLBACK), flags.contains(SchedulerFlag.PORT));
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
        int size = table.size();
        for (int step = 0; step < size; step++) {
            int index = table.at(table.slot(client, (slot + step) % size));
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
        return of(layout, table, flags);
    }

    private Scheduler rebuilt(Servers now) {
        return new MaglevHashing(layout, layout.build(now), fallback, port);
    }

    /** How the table is laid out. */
    enum Layout {
        /** As IPVS does: by list order and last weights. */
        IPVS("mh", 4093) {
            @Override
            MaglevTable build(Endpoint[] endpoints, Servers servers) {
                int[] weights = new int[endpoints.length];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = servers.lastWeight(i);
                }
                return MaglevTable.of(endpoints, weights, slots());
            }
        },
        /** By endpoint and present weight. */
        STABLE("mh-stable", 16_381) {
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

        /** The table for a list. */
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

    /** Makes {@code mh} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return Layout.IPVS.scheduler;
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return of(Layout.IPVS, Layout.IPVS.build(servers), context.flags());
        }
    }

    /** Makes {@code mh-stable} schedulers. */
    public static final class StableProvider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public StableProvider() {}

        @Override
        public String name() {
            return Layout.STABLE.scheduler;
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return of(Layout.STABLE, Layout.STABLE.build(servers), context.flags());
        }
    }
}
