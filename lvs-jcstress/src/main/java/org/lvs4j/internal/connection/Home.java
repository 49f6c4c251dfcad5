package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One home of a flow table, and keys that belong there: what the races on the table share.
 *
 * <p>Server, controller and state of a connection are one number here, so that a record that was put together from two
 * connections shows.
 */
final class Home {
    /** A deadline that never comes. */
    static final int FOREVER = 1 << 30;

    /** What {@link #seen} says of a record that is no connection of ours. */
    static final int MIXED = -1;

    /** How many keys there are for each home. */
    static final int KEYS = 4;

    private static final int HOMES = 64;
    private static final int APART = 2;
    private static final long SEED = 0x1234_5678_9ABC_DEFL;
    private static final long[][] NARROW = keys(false);
    private static final long[][] WIDE = keys(true);
    private static final ThreadLocal<Home> LAST = new ThreadLocal<>();

    final FlowTable table;
    final AtomicInteger ended;
    private final boolean wide;
    private final int index;

    private Home(FlowTable table, AtomicInteger ended, boolean wide, int index) {
        this.table = table;
        this.ended = ended;
        this.wide = wide;
        this.index = index;
    }

    /** One of a table that a few other races use, too: its memory is there, and it has room for three connections. */
    static Home shared() {
        Home last = LAST.get();
        Home next = last == null || last.index + APART >= HOMES
                ? alone(false, 1)
                : new Home(last.table, last.ended, false, last.index + APART);
        LAST.set(next);
        return next;
    }

    /** The first one of a table of its own, which has never held anything. */
    static Home alone(boolean wide, int firstTick) {
        AtomicInteger ended = new AtomicInteger();
        return new Home(new FlowTable(wide, SEED, firstTick, probe -> ended.incrementAndGet()), ended, wide, 0);
    }

    /** Another home of the same table. */
    Home at(int home) {
        return new Home(table, ended, wide, home);
    }

    /** A question for the key of a number, 0 to 3. */
    FlowLookup probe(int key) {
        FlowLookup probe = new FlowLookup();
        fill(probe, wide, (wide ? WIDE : NARROW)[index][key], 0);
        return probe;
    }

    /** Inserts a key. Returns the server of the connection that is there now, and 10 more if it is a new one. */
    int insert(FlowLookup probe, int server, int deadline) {
        probe.identity = probe.identity & FlowRecord.KEY_MASK | server;
        boolean inserted = table.insert(probe, server, FlowRecord.fields(server, false, false, deadline));
        return (inserted ? 10 : 0) + seen(probe);
    }

    int insert(FlowLookup probe, int server) {
        return insert(probe, server, FOREVER);
    }

    /** Looks for a key. Returns the server, or 0 if there is no connection. */
    int find(FlowLookup probe) {
        return table.find(probe) ? seen(probe) : 0;
    }

    private static int seen(FlowLookup probe) {
        int server = FlowRecord.server(probe.identity);
        return probe.controller == server && FlowRecord.state(probe.meta) == server ? server : MIXED;
    }

    /** Moves the deadline of what a probe has found. Returns 1 if nobody was faster. */
    int change(FlowLookup probe, int deadline) {
        return table.change(probe, FlowRecord.withDeadline(probe.meta, deadline)) ? 1 : 0;
    }

    /** Moves the deadline of a key. Returns 1 if there was a connection. */
    int findAndChange(FlowLookup probe, int deadline) {
        while (table.find(probe)) {
            if (change(probe, deadline) == 1) {
                return 1;
            }
        }
        return 0;
    }

    /** Removes what a probe has found. Returns 1 if nobody was faster. */
    int remove(FlowLookup probe) {
        return table.remove(probe) ? 1 : 0;
    }

    /** Removes a key. Returns 1 if this has ended a connection. */
    int findAndRemove(FlowLookup probe) {
        while (table.find(probe)) {
            if (table.remove(probe)) {
                return 1;
            }
        }
        return 0;
    }

    /** Finds a key, removes it, and looks for it again. Returns the servers as digits; 20 is server 2, once. */
    int findAll(FlowLookup probe) {
        int first = find(probe);
        if (first <= 0) {
            return first;
        }
        table.remove(probe);
        return first * 10 + find(probe);
    }

    private static void fill(FlowLookup probe, boolean wide, long key, int server) {
        long identity = FlowRecord.identity((int) key & 0xFFFF, 80, 6) | server;
        if (wide) {
            probe.fill(key, ~key, key >>> 3, key << 3, identity);
        } else {
            probe.fill(key, 0, 0, 0, identity);
        }
    }

    private static long[][] keys(boolean wide) {
        long[][] keys = new long[HOMES][KEYS];
        int[] found = new int[HOMES];
        FlowLookup probe = new FlowLookup();
        for (long key = 1, missing = (long) HOMES * KEYS; missing > 0; key++) {
            fill(probe, wide, key, 0);
            probe.hash(wide, SEED, FlowLookup.second(SEED));
            int home = (int) ((probe.hash & 0xFFFF_FFFFL) * HOMES >>> 32);
            if (found[home] < KEYS) {
                keys[home][found[home]++] = key;
                missing--;
            }
        }
        return keys;
    }
}
