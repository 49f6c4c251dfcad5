package org.lvs4j.benchmarks.hot;

import java.util.function.LongSupplier;
import org.lvs4j.net.Flow;

/**
 * The practical limit: buckets of 64 bytes with two connections each, in one array of the required size.
 *
 * <pre>
 * word 0  client 32 | virtual 32
 * word 1  client port 16 | virtual port 16 | protocol 8 | server 24
 * word 2  state 8 | packets 8 | deadline in ticks of 10 ms 32
 * word 3  overflow count, in the first slot only: connections that skipped this bucket because it was full
 * </pre>
 *
 * <p>Nothing is atomic. Several threads may look up connections and write time stamps, of which some may be lost, as
 * long as no thread inserts or removes. The table does not grow, has no timers and no choice of services.
 */
final class PlainStore implements ConnectionStore {
    private static final int BUCKET_WORDS = 8;
    private static final int SLOT_WORDS = 4;
    private static final double SLOTS_PER_CONNECTION = 1.4;

    // The elements of a large array begin 16 bytes after a page boundary; at this index, a cache line begins.
    private static final int FIRST = 6;

    private static final long SERVER_MASK = 0xFF_FFFF;
    private static final long TICK_NANOS = 10_000_000;
    private static final long IDLE_TICKS = 90_000;
    private static final long DEADLINE_MASK = 0xFFFF_FFFFL;
    private static final long ONE_PACKET = 1L << 32;
    private static final long PACKETS_MASK = 0xFFL << 32;
    private static final long ESTABLISHED = 1L << 40;
    private static final int BYTES = 100;

    // The counters of a server fill two cache lines, so no two servers share one.
    private static final int SERVER_WORDS = 16;

    private final LongSupplier clock;
    private final int buckets;
    private final long[] words;
    private final long[] servers = new long[(StorePeer.SERVERS + 1) * SERVER_WORDS];
    private int nextServer;

    PlainStore(int connections, LongSupplier clock) {
        this.clock = clock;
        buckets = (int) (connections * SLOTS_PER_CONNECTION / 2) + 8;
        words = new long[FIRST + buckets * BUCKET_WORDS];
    }

    private static long addresses(Flow flow) {
        return flow.sourceLow() << 32 | flow.destinationLow() & 0xFFFF_FFFFL;
    }

    private static long ports(Flow flow) {
        return (long) flow.sourcePort() << 48
                | (long) flow.destinationPort() << 32
                | (long) flow.protocol().ordinal() << 24;
    }

    /** The index of the first bucket of the probe sequence. */
    private int homeBucket(long addresses, long ports) {
        long mixed = (addresses ^ Long.rotateLeft(ports, 21)) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return FIRST + (int) ((mixed >>> 32) * buckets >>> 32) * BUCKET_WORDS;
    }

    private int after(int bucket) {
        int next = bucket + BUCKET_WORDS;
        return next < words.length ? next : FIRST;
    }

    /** The index of the slot of a connection, or -1. */
    private int find(long addresses, long ports) {
        int bucket = homeBucket(addresses, ports);
        while (true) {
            if (holds(bucket, addresses, ports)) {
                return bucket;
            }
            if (holds(bucket + SLOT_WORDS, addresses, ports)) {
                return bucket + SLOT_WORDS;
            }
            if (words[bucket + 3] == 0) {
                return -1;
            }
            bucket = after(bucket);
        }
    }

    private boolean holds(int slot, long addresses, long ports) {
        return words[slot] == addresses && (words[slot + 1] & ~SERVER_MASK) == ports;
    }

    @Override
    public int follow(Flow flow) {
        int slot = find(addresses(flow), ports(flow));
        if (slot < 0) {
            return -1;
        }
        long before = words[slot + 2];
        long now = before & PACKETS_MASK | ESTABLISHED | deadline();
        if ((before & PACKETS_MASK) != PACKETS_MASK) {
            now += ONE_PACKET;
        }
        if (now != before) {
            words[slot + 2] = now;
        }
        int server = (int) (words[slot + 1] & SERVER_MASK);
        int counters = (server + 1) * SERVER_WORDS;
        servers[counters]++;
        servers[counters + 1] += BYTES;
        return server;
    }

    private long deadline() {
        return clock.getAsLong() / TICK_NANOS + IDLE_TICKS & DEADLINE_MASK;
    }

    @Override
    public void place(Flow flow) {
        long addresses = addresses(flow);
        long ports = ports(flow);
        if (find(addresses, ports) >= 0) {
            throw new IllegalStateException(flow + " exists already");
        }
        int server = nextServer;
        nextServer = server + 1 == StorePeer.SERVERS ? 0 : server + 1;
        int bucket = homeBucket(addresses, ports);
        for (int tries = 0; words[bucket + 1] != 0 && words[bucket + SLOT_WORDS + 1] != 0; tries++) {
            if (tries == buckets) {
                throw new IllegalStateException("the table is full");
            }
            words[bucket + 3]++;
            bucket = after(bucket);
        }
        int slot = words[bucket + 1] == 0 ? bucket : bucket + SLOT_WORDS;
        words[slot] = addresses;
        words[slot + 1] = ports | server;
        words[slot + 2] = ESTABLISHED | deadline();
        int counters = (server + 1) * SERVER_WORDS;
        servers[counters + 2]++;
        servers[counters + 3]++;
    }

    @Override
    public void end(Flow flow) {
        long addresses = addresses(flow);
        long ports = ports(flow);
        int slot = find(addresses, ports);
        if (slot < 0) {
            return;
        }
        int homeBucket = homeBucket(addresses, ports);
        int last = slot - (slot - FIRST) % BUCKET_WORDS;
        for (int bucket = homeBucket; bucket != last; bucket = after(bucket)) {
            words[bucket + 3]--;
        }
        int server = (int) (words[slot + 1] & SERVER_MASK);
        words[slot] = 0;
        words[slot + 1] = 0;
        words[slot + 2] = 0;
        servers[(server + 1) * SERVER_WORDS + 2]--;
    }

    @Override
    public long live() {
        long live = 0;
        for (int server = 0; server < StorePeer.SERVERS; server++) {
            live += servers[(server + 1) * SERVER_WORDS + 2];
        }
        return live;
    }
}
