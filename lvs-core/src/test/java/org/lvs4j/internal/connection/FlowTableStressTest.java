package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@link FlowTable} against plain maps, while several threads insert, change and remove, and the table expires,
 * grows and shrinks.
 */
@Tag("slow")
class FlowTableStressTest {
    private static final long SEED = 0x1234_5678_9ABC_DEFL;
    private static final int FOREVER = 1 << 30;

    private record Known(int server, int deadline, int latestEnd, int state) {}

    private static void fill(FlowLookup lookup, boolean ipv6, long key, int server) {
        if (ipv6) {
            lookup.fill(key, ~key, key >>> 3, 7, FlowRecord.identity((int) key & 0xFFFF, 80, 6) | server);
        } else {
            lookup.fill(key, 0, 0, 0, FlowRecord.identity((int) key & 0xFFFF, 80, 6) | server);
        }
    }

    /** A deadline that has passed already takes effect at the next tick. */
    private static int later(int deadline, int tick) {
        return deadline - tick > 0 ? deadline : tick + 1;
    }

    private static long fields(int deadline) {
        return FlowRecord.fields(1, false, false, deadline);
    }

    /** Keys in groups that collide in every table of up to 65,536 buckets. */
    private static long[] collidingKeys(SplittableRandom random, boolean ipv6, int count) {
        int group = ipv6 ? 2 : 4;
        Set<Integer> homes = new HashSet<>();
        while (homes.size() < count / group) {
            homes.add(random.nextInt(1 << 16));
        }
        FlowLookup lookup = new FlowLookup();
        long[] keys = new long[count];
        for (int i = 0; i < count; ) {
            long key = random.nextLong();
            fill(lookup, ipv6, key, 0);
            lookup.hash(ipv6, SEED, FlowLookup.secondSeed(SEED));
            if (homes.contains(lookup.hash >>> 16)) {
                keys[i++] = key;
            }
        }
        return keys;
    }

    private static void run(int threads, ThrowingBody body) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int id = t;
                futures.add(executor.submit(() -> {
                    body.run(id);
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get(300, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private interface ThrowingBody {
        void run(int thread) throws Exception;
    }

    @ParameterizedTest
    @CsvSource({"false, 11", "true, 12", "false, 13"})
    void operations_threadsWithOwnKeys_matchMaps(boolean ipv6, long seed) throws Exception {
        int threads = 4;
        int operations = 700_000;
        int first = -30_000; // ticks wrap around zero during the test
        AtomicInteger ended = new AtomicInteger();
        FlowTable table = new FlowTable(ipv6, SEED, first, lookup -> ended.incrementAndGet());
        AtomicInteger tick = new AtomicInteger(first);
        AtomicInteger done = new AtomicInteger(first);
        AtomicInteger late = new AtomicInteger();
        AtomicInteger running = new AtomicInteger(threads);
        int[] inserted = new int[threads];
        int[] removed = new int[threads];
        run(threads + 1, id -> {
            if (id == threads) {
                while (running.get() > 0) {
                    int now = tick.incrementAndGet();
                    table.advance(now);
                    done.set(now);
                    Thread.yield();
                }
                return;
            }
            try {
                SplittableRandom random = new SplittableRandom(seed * 31 + id);
                long[] keys = collidingKeys(random, ipv6, 6_000);
                Map<Long, Known> model = new HashMap<>();
                FlowLookup lookup = new FlowLookup();
                for (int i = 0; i < operations; i++) {
                    // The number of keys in use grows and shrinks, and the table with it.
                    int phase = i / 50_000 & 3;
                    long key = keys[random.nextInt(phase == 0 ? 50 : keys.length)];
                    Known known = model.get(key);
                    int before = done.get();
                    fill(lookup, ipv6, key, 0);
                    boolean found = table.find(lookup);
                    int after = tick.get();
                    if (found && known != null && known.latestEnd - before <= 0) {
                        // The thread that expires it is delayed: it expires late, but it does.
                        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                        while (found && System.nanoTime() - giveUp < 0) {
                            Thread.yield();
                            found = table.find(lookup);
                        }
                        after = tick.get();
                        late.incrementAndGet();
                    }
                    String what = "seed " + seed + " thread " + id + " operation " + i + " " + known;
                    if (known == null) {
                        assertThat(found).as(what).isFalse();
                    } else if (found) {
                        assertThat(known.latestEnd - before).as(what).isGreaterThan(0);
                        assertThat(FlowRecord.deadline(lookup.meta)).as(what).isEqualTo(known.deadline);
                        assertThat(FlowRecord.state(lookup.meta)).as(what).isEqualTo(known.state);
                        assertThat(FlowRecord.serverId(lookup.identity))
                                .as(what)
                                .isEqualTo(known.server);
                    } else {
                        assertThat(known.deadline - after).as(what).isLessThanOrEqualTo(0);
                        model.remove(key);
                        known = null;
                    }
                    int choice = random.nextInt(100);
                    if (known == null) {
                        if (phase != 2 || choice < 10) {
                            int server = 1 + random.nextInt(FlowRecord.MAX_SERVER_ID);
                            int deadline =
                                    tick.get() + (choice < 30 ? random.nextInt(50) : 1_000 + random.nextInt(20_000));
                            fill(lookup, ipv6, key, server);
                            assertThat(table.insert(lookup, server & 0xFF, fields(deadline)))
                                    .as(what)
                                    .isTrue();
                            model.put(key, new Known(server, deadline, later(deadline, tick.get()), 1));
                            inserted[id]++;
                        }
                    } else if (choice < (phase == 2 ? 80 : 10)) {
                        while (table.find(lookup)) {
                            if (table.remove(lookup)) {
                                removed[id]++;
                                break;
                            }
                        }
                        model.remove(key);
                    } else if (choice < 90) {
                        int deadline = tick.get() + (choice < 30 ? random.nextInt(30) : 5_000 + random.nextInt(20_000));
                        int state = random.nextInt(28);
                        while (table.find(lookup)) {
                            long meta = FlowRecord.withDeadline(FlowRecord.withState(lookup.meta, state), deadline);
                            if (table.change(lookup, meta)) {
                                model.put(key, new Known(known.server, deadline, later(deadline, tick.get()), state));
                                break;
                            }
                        }
                        if (lookup.generationNumber == 0) {
                            model.remove(key);
                        }
                    }
                }
            } finally {
                running.decrementAndGet();
            }
        });
        int in = 0;
        int out = 0;
        for (int t = 0; t < threads; t++) {
            in += inserted[t];
            out += removed[t];
        }
        assertThat(table.dropped()).as("seed " + seed).isZero();
        assertThat(late.get()).as("expired late, seed " + seed).isLessThan(threads * operations / 1_000);
        assertThat(table.size()).as("seed " + seed).isEqualTo(in - out - ended.get());
        assertThat(visitDistinct(table)).isEqualTo((int) table.size());
        for (int i = 0; i < 60_000; i++) {
            table.advance(tick.incrementAndGet());
        }
        assertThat(table.size()).as("all have expired").isZero();
        assertThat(in - out).isEqualTo(ended.get());
        assertThat(visitDistinct(table)).isZero();
        assertThat(table.bytes()).as("shrunk to the minimum").isLessThan(2_000_000);
    }

    private static int visitDistinct(FlowTable table) {
        Set<List<Long>> seen = new HashSet<>();
        table.forEach(
                new FlowLookup(),
                lookup -> assertThat(seen.add(List.of(lookup.first, lookup.identity & FlowRecord.KEY_MASK)))
                        .as("visited once")
                        .isTrue());
        return seen.size();
    }

    @ParameterizedTest
    @CsvSource({"false, 21", "true, 22"})
    void operations_threadsWithSameKeys_eachKeyOnceAndCountsExact(boolean ipv6, long seed) throws Exception {
        int threads = 4;
        FlowTable table = new FlowTable(ipv6, SEED, 1, lookup -> {});
        long[] keys = collidingKeys(new SplittableRandom(seed), ipv6, 40);
        long[] ballast = collidingKeys(new SplittableRandom(seed + 1), ipv6, 4_000);
        AtomicIntegerArray balance = new AtomicIntegerArray(keys.length);
        run(threads, id -> {
            SplittableRandom random = new SplittableRandom(seed * 7 + id);
            FlowLookup lookup = new FlowLookup();
            for (int i = 0; i < 800_000; i++) {
                int k = random.nextInt(keys.length);
                fill(lookup, ipv6, keys[k], 5);
                if (random.nextBoolean()) {
                    if (table.insert(lookup, 0, fields(FOREVER))) {
                        balance.incrementAndGet(k);
                    }
                } else if (table.find(lookup) && table.remove(lookup)) {
                    balance.decrementAndGet(k);
                }
                if (id == 0 && i % 8 == 0) {
                    // One thread makes the table grow and shrink under the others.
                    boolean grow = (i / 8 / ballast.length & 1) == 0;
                    fill(lookup, ipv6, ballast[i / 8 % ballast.length], 1);
                    if (grow) {
                        table.insert(lookup, 0, fields(FOREVER));
                    } else {
                        while (table.find(lookup) && !table.remove(lookup)) {
                            Thread.onSpinWait();
                        }
                    }
                }
            }
        });
        FlowLookup lookup = new FlowLookup();
        int live = 0;
        for (int k = 0; k < keys.length; k++) {
            fill(lookup, ipv6, keys[k], 0);
            int found = table.find(lookup) ? 1 : 0;
            assertThat(balance.get(k)).as("key " + k + " of seed " + seed).isEqualTo(found);
            live += found;
        }
        for (long key : ballast) {
            fill(lookup, ipv6, key, 0);
            live += table.find(lookup) ? 1 : 0;
        }
        assertThat(visitDistinct(table)).isEqualTo(live);
        assertThat(table.size()).isEqualTo(live);
        assertThat(table.dropped()).isZero();
    }

    @Test
    void insertAndRemove_moreOftenThanVersions_countsExact() throws Exception {
        FlowTable table = new FlowTable(false, SEED, 1, lookup -> {});
        AtomicInteger balance = new AtomicInteger();
        run(2, id -> {
            FlowLookup lookup = new FlowLookup();
            for (int i = 0; i < 500_000; i++) {
                fill(lookup, false, 42, 1 + id);
                if (table.insert(lookup, 0, fields(FOREVER))) {
                    balance.incrementAndGet();
                }
                if (table.find(lookup) && table.remove(lookup)) {
                    balance.decrementAndGet();
                }
            }
        });
        assertThat(table.size()).isEqualTo(balance.get());
        assertThat(table.bytes())
                .as("timer nodes of ended connections are reused")
                .isLessThan(500_000);
    }
}
