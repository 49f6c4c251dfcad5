package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTableTest {
    private static final long SEED = 0x5EED_0F_7E57L;

    private final List<Integer> ended = new ArrayList<>();
    private final FlowLookup lookup = new FlowLookup();

    private FlowTable table(boolean wide, int firstTick) {
        return new FlowTable(wide, SEED, firstTick, lookup -> ended.add(FlowRecord.serverId(lookup.identity)));
    }

    private FlowLookup key(long key, int server) {
        lookup.fill(key, 0, 0, 0, FlowRecord.identity(1, 2, 17) | server);
        return lookup;
    }

    private static long until(int tick) {
        return FlowRecord.fields(3, false, false, tick);
    }

    @Test
    void insert_keyExists_findsExistingConnection() {
        FlowTable table = table(false, 1);
        assertThat(table.insert(key(7, 100), 3, until(50))).isTrue();
        assertThat(table.insert(key(7, 200), 4, until(60))).isFalse();
        assertThat(FlowRecord.serverId(lookup.identity)).isEqualTo(100);
        assertThat(lookup.templateId).isEqualTo(3);
        assertThat(FlowRecord.deadline(lookup.meta)).isEqualTo(50);
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void fire_delayedByOneTurnOfTheRing_connectionExpires() {
        FlowTable table = table(false, 1);
        table.insert(key(7, 100), 0, until(100));
        FlowGeneration generation = table.generationOf(lookup);
        // A thread that runs the tick one turn of the ring earlier has taken the stack, and is delayed.
        int taken = generation.wheel.takeStack(100 - generation.wheel.ringSize());
        table.advance(200);
        assertThat(table.size()).isEqualTo(1);
        generation.fire(taken, lookup.slot, 100 - generation.wheel.ringSize());
        assertThat(ended).containsExactly(100);
        assertThat(table.size()).isZero();
    }

    @Test
    void change_metaWordChangedByAnotherLookup_fails() {
        FlowTable table = table(false, 1);
        table.insert(key(7, 1), 0, until(50));
        FlowLookup other = new FlowLookup();
        other.fill(7, 0, 0, 0, FlowRecord.identity(1, 2, 17));
        assertThat(table.find(other)).isTrue();
        assertThat(table.change(lookup, FlowRecord.withState(lookup.meta, 9))).isTrue();
        assertThat(table.change(other, FlowRecord.withState(other.meta, 8))).isFalse();
        assertThat(table.remove(other)).isFalse();
        assertThat(table.find(other)).isTrue();
        assertThat(FlowRecord.state(other.meta)).isEqualTo(9);
    }

    @Test
    void change_toHidden_keyInsertableAndHiddenOneExpiresOnTime() {
        FlowTable table = table(false, 1);
        table.insert(key(7, 1), 0, until(500));
        table.change(lookup, FlowRecord.withDeadline(lookup.meta | FlowRecord.HIDDEN, 3));
        assertThat(table.find(key(7, 0))).isFalse();
        assertThat(table.insert(key(7, 2), 0, until(500))).isTrue();
        table.advance(2);
        assertThat(ended).isEmpty();
        table.advance(3);
        assertThat(ended).containsExactly(1);
        assertThat(table.find(key(7, 0))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void advance_randomDeadlinesAndSteps_expiresAsSortedModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int tick = -20_000;
        FlowTable table = table(seed % 2 == 0, tick + 1);
        TreeMap<Integer, Integer> deadlines = new TreeMap<>(); // server to deadline
        int server = 0;
        while (tick < 60_000) {
            for (int i = random.nextInt(20); i > 0; i--) {
                server++;
                int deadline = tick + 1 + random.nextInt(random.nextInt(10) == 0 ? 30_000 : 900);
                assertThat(table.insert(key(server, server), 0, until(deadline)))
                        .isTrue();
                deadlines.put(server, deadline);
            }
            for (int i = random.nextInt(10); i > 0 && !deadlines.isEmpty(); i--) {
                Integer other = deadlines.ceilingKey(random.nextInt(server + 1));
                if (other != null) {
                    int deadline = tick + 1 + random.nextInt(2_000);
                    assertThat(table.find(key(other, 0))).isTrue();
                    assertThat(table.change(lookup, FlowRecord.withDeadline(lookup.meta, deadline)))
                            .isTrue();
                    deadlines.put(other, deadline);
                }
            }
            tick += 1 + random.nextInt(300);
            int now = tick;
            ended.clear();
            table.advance(now);
            List<Integer> expected = new ArrayList<>();
            deadlines.forEach((id, deadline) -> {
                if (deadline - now <= 0) {
                    expected.add(id);
                }
            });
            assertThat(ended).as("seed " + seed + " tick " + now).containsExactlyInAnyOrderElementsOf(expected);
            deadlines.keySet().removeAll(expected);
        }
        assertThat(table.size()).isEqualTo(deadlines.size());
    }

    @Test
    void forEach_tableGrows_everyPermanentConnectionVisited() {
        FlowTable table = table(false, 1);
        for (int i = 0; i < 150; i++) {
            assertThat(table.insert(key(i, i), 0, until(500))).isTrue();
        }
        Set<Integer> shown = new HashSet<>();
        int[] added = {1_000};
        table.forEach(new FlowLookup(), found -> {
            if (shown.isEmpty()) {
                while (added[0] < 4_000) {
                    table.insert(key(added[0], 1_000), 0, until(500));
                    added[0]++;
                }
            }
            shown.add(FlowRecord.serverId(found.identity));
        });
        assertThat(table.size()).isEqualTo(3_150);
        for (int i = 0; i < 150; i++) {
            assertThat(shown).contains(i);
        }
    }

    @Test
    void operations_afterWarmUp_allocateNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        FlowTable table = new FlowTable(false, SEED, 1, lookup -> {});
        int tick = 0;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 12; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 40_000; i++) {
                table.insert(key(i, 5), 0, until(tick + 50));
                table.find(key(i, 0));
                table.change(lookup, FlowRecord.withDeadline(lookup.meta, tick + 20));
                if ((i & 1) == 0) {
                    table.remove(lookup);
                }
                if (i % 100 == 0) {
                    table.advance(++tick);
                }
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).as("bytes of 160,000 operations").isLessThan(64);
    }

    @Test
    void change_deadlinesMuchEarlier_atMostTwoNodesPerSlot() {
        FlowTable table = table(false, 1);
        int slots = 0;
        for (int tick = 0; tick < 4_000; tick += 40) {
            for (int i = 0; i < 40; i++) {
                table.insert(key(i, i), 0, until(tick + 6_000));
                table.change(lookup, FlowRecord.withDeadline(lookup.meta, tick + 90_000));
                table.change(lookup, FlowRecord.withDeadline(lookup.meta, tick + 15 + i % 8));
                slots = table.generationOf(lookup).slotsIn(table.generationOf(lookup).buckets);
                assertThat(table.generationOf(lookup).wheel.nodes()).isLessThanOrEqualTo(2 * 40);
            }
            ended.clear();
            for (int i = 0; i < 40; i++) {
                table.advance(tick + i);
                assertThat(ended).as("at tick " + (tick + i)).hasSize(Math.min(Math.max(i - 14, 0), 8) * 5);
            }
        }
        assertThat(slots).isGreaterThan(2 * 40);
    }

    @Test
    void change_deadlineEarlierThreeTimes_expiresAtLastDeadline() {
        FlowTable table = table(false, 1);
        table.insert(key(7, 1), 0, until(900));
        for (int deadline : new int[] {500, 300, 100}) {
            assertThat(table.change(lookup, FlowRecord.withDeadline(lookup.meta, deadline)))
                    .isTrue();
        }
        table.advance(99);
        assertThat(ended).isEmpty();
        table.advance(100);
        assertThat(ended).containsExactly(1);
        // In the same slot, to which the former nodes still refer.
        table.insert(key(7, 2), 0, until(400));
        table.advance(399);
        assertThat(ended).containsExactly(1);
        table.advance(400);
        assertThat(ended).containsExactly(1, 2);
        table.insert(key(7, 3), 0, until(2_000));
        table.advance(1_999);
        assertThat(ended).containsExactly(1, 2);
        table.advance(2_000);
        assertThat(ended).containsExactly(1, 2, 3);
        assertThat(table.generationOf(lookup).wheel.nodes()).isLessThanOrEqualTo(4);
    }

    @Test
    void lookup_tableGrownSinceFind_oldGenerationCollected() {
        FlowTable table = table(false, 1);
        table.insert(key(-1, 1), 0, until(100_000));
        FlowLookup idle = new FlowLookup();
        idle.fill(-1, FlowRecord.identity(1, 2, 17));
        assertThat(table.find(idle)).isTrue();
        WeakReference<FlowGeneration> first = new WeakReference<>(table.generationOf(idle));
        for (int i = 0; i < 2_000; i++) {
            table.insert(key(i, 1), 0, until(100_000));
        }
        for (int i = 1; i < 100; i++) {
            table.advance(i); // finishes a migration
        }
        assertThat(table.change(idle, FlowRecord.withState(idle.meta, 9)))
                .as("the connection found has moved")
                .isFalse();
        assertThat(table.remove(idle)).isFalse();
        for (int i = 0; i < 100 && first.get() != null; i++) {
            System.gc();
        }
        assertThat(first.get()).isNull();
        assertThat(table.find(idle)).isTrue();
        assertThat(table.change(idle, FlowRecord.withState(idle.meta, 9))).isTrue();
    }

    @Test
    @Tag("slow")
    void bytes_millionConnections_atMost64Each() {
        FlowTable table = new FlowTable(false, SEED, 1, lookup -> {});
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(table.insert(key(i * 0x9E37_79B9L, 5), 0, until(100_000)))
                    .isTrue();
        }
        for (int i = 1; i < 6_000; i++) {
            table.advance(i); // finishes a migration
        }
        assertThat(table.size()).isEqualTo(1_000_000);
        assertThat(table.bytes() / 1e6).isLessThanOrEqualTo(64);
    }

    @Test
    void insert_upToGrowThreshold_noneDroppedAndNoGrowth() {
        FlowTable table = new FlowTable(false, SEED, 1, lookup -> {});
        // Just below four fifths of a size that the growing table takes.
        int connections = 131_000;
        for (int i = 0; i < connections; i++) {
            assertThat(table.insert(key(i * 0x9E37_79B9L, 5), 0, until(100_000)))
                    .isTrue();
        }
        for (int i = 1; i < 2_000; i++) {
            table.advance(i); // finishes a migration
        }
        assertThat(table.dropped()).isZero();
        assertThat(table.size()).isEqualTo(connections);
        assertThat((double) table.bytes() / connections).isLessThan(56);
    }
}
