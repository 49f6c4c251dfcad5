package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A home bucket of a flow table and keys whose home it is: the fixture of the races on the table.
 *
 * <p>Server id, template id and state of a connection are the same number here, so that a record mixed from two
 * connections is detected.
 */
final class HomeBucket {
    /** A deadline that is never reached. */
    static final int FOREVER = 1 << 30;

    /** The result of {@link #seen} for a record mixed from two connections. */
    static final int MIXED = -1;

    /** The number of keys per home bucket. */
    static final int KEYS = 4;

    private static final int HOMES = 64;
    private static final int APART = 2;
    private static final long SEED = 0x1234_5678_9ABC_DEFL;
    private static final long[][] IPV4_KEYS = keys(false);
    private static final long[][] IPV6_KEYS = keys(true);
    private static final ThreadLocal<HomeBucket> LAST = new ThreadLocal<>();

    final FlowTable table;
    final AtomicInteger ended;
    private final boolean ipv6;
    private final int index;

    private HomeBucket(FlowTable table, AtomicInteger ended, boolean ipv6, int index) {
        this.table = table;
        this.ended = ended;
        this.ipv6 = ipv6;
        this.index = index;
    }

    /**
     * A bucket of a table that other races use, too: its memory is allocated, and the bucket has room
     * for three connections.
     */
    static HomeBucket shared() {
        HomeBucket last = LAST.get();
        HomeBucket next = last == null || last.index + APART >= HOMES
                ? alone(false, 1)
                : new HomeBucket(last.table, last.ended, false, last.index + APART);
        LAST.set(next);
        return next;
    }

    /** The first bucket of a new table, whose memory is not allocated. */
    static HomeBucket alone(boolean ipv6, int firstTick) {
        AtomicInteger ended = new AtomicInteger();
        return new HomeBucket(new FlowTable(ipv6, SEED, firstTick, lookup -> ended.incrementAndGet()), ended, ipv6, 0);
    }

    /** Another bucket of the same table. */
    HomeBucket at(int home) {
        return new HomeBucket(table, ended, ipv6, home);
    }

    /** A lookup with one of the keys, 0 to 3. */
    FlowLookup lookup(int key) {
        FlowLookup lookup = new FlowLookup();
        fill(lookup, ipv6, (ipv6 ? IPV6_KEYS : IPV4_KEYS)[index][key], 0);
        return lookup;
    }

    /** Inserts a key. Returns the server of the key's connection, plus 10 if this call inserted it. */
    int insert(FlowLookup lookup, int server, int deadline) {
        lookup.identity = lookup.identity & FlowRecord.KEY_MASK | server;
        boolean inserted = table.insert(lookup, server, FlowRecord.fields(server, false, false, deadline));
        return (inserted ? 10 : 0) + seen(lookup);
    }

    int insert(FlowLookup lookup, int server) {
        return insert(lookup, server, FOREVER);
    }

    /** Finds a key. Returns the server, or 0 if there is no connection. */
    int find(FlowLookup lookup) {
        return table.find(lookup) ? seen(lookup) : 0;
    }

    private static int seen(FlowLookup lookup) {
        int server = FlowRecord.serverId(lookup.identity);
        return lookup.templateId == server && FlowRecord.state(lookup.meta) == server ? server : MIXED;
    }

    /** Moves the deadline of the connection found. Returns 1 if it was still as found. */
    int change(FlowLookup lookup, int deadline) {
        return table.change(lookup, FlowRecord.withDeadline(lookup.meta, deadline)) ? 1 : 0;
    }

    /** Finds a key and moves its deadline. Returns 1 if there was a connection. */
    int findAndChange(FlowLookup lookup, int deadline) {
        while (table.find(lookup)) {
            if (change(lookup, deadline) == 1) {
                return 1;
            }
        }
        return 0;
    }

    /** Removes the connection found. Returns 1 if it was still as found. */
    int remove(FlowLookup lookup) {
        return table.remove(lookup) ? 1 : 0;
    }

    /** Finds a key and removes it. Returns 1 if this call removed a connection. */
    int findAndRemove(FlowLookup lookup) {
        while (table.find(lookup)) {
            if (table.remove(lookup)) {
                return 1;
            }
        }
        return 0;
    }

    /** Finds a key, removes it, and finds it again. Returns the servers as digits: 20 is server 2, once. */
    int findAll(FlowLookup lookup) {
        int first = find(lookup);
        if (first <= 0) {
            return first;
        }
        table.remove(lookup);
        return first * 10 + find(lookup);
    }

    private static void fill(FlowLookup lookup, boolean ipv6, long key, int server) {
        long identity = FlowRecord.identity((int) key & 0xFFFF, 80, 6) | server;
        if (ipv6) {
            lookup.fill(key, ~key, key >>> 3, key << 3, identity);
        } else {
            lookup.fill(key, 0, 0, 0, identity);
        }
    }

    private static long[][] keys(boolean ipv6) {
        long[][] keys = new long[HOMES][KEYS];
        int[] found = new int[HOMES];
        FlowLookup lookup = new FlowLookup();
        for (long key = 1, missing = (long) HOMES * KEYS; missing > 0; key++) {
            fill(lookup, ipv6, key, 0);
            lookup.hash(ipv6, SEED, FlowLookup.secondSeed(SEED));
            int home = (int) ((lookup.hash & 0xFFFF_FFFFL) * HOMES >>> 32);
            if (found[home] < KEYS) {
                keys[home][found[home]++] = key;
                missing--;
            }
        }
        return keys;
    }
}
