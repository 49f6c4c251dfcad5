package org.lvs4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
    private static final long TICK = TimerWheel.TICK_NANOS;
    private static final long ORIGIN = -123_456_789;

    /** Stores when it expired. */
    private static class Entry extends Expirable {
        final AtomicInteger calls = new AtomicInteger();
        volatile long calledAt;

        Entry(long deadlineNanos) {
            deadlineNanos(deadlineNanos);
        }

        @Override
        protected boolean ended() {
            return calls.get() > 0;
        }

        @Override
        protected void expire(long nowNanos) {
            calledAt = nowNanos;
            calls.incrementAndGet();
        }

        void move(long nanos) {
            deadlineNanos(nanos);
        }

        /** The first tick at or after the deadline. */
        long due() {
            return ORIGIN + Math.floorDiv(deadlineNanos() - ORIGIN + TICK - 1, TICK) * TICK;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void advance_randomDeadlinesAndSteps_expiresAsSortedModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TimerWheel wheel = new TimerWheel(ORIGIN);
        List<Entry> live = new ArrayList<>();
        long now = ORIGIN;
        for (int round = 0; round < 2_000; round++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                Entry entry = new Entry(now + 1 + random.nextLong(idle(random)));
                wheel.add(entry);
                live.add(entry);
            }
            if (!live.isEmpty() && random.nextInt(3) > 0) {
                Entry moved = live.get(random.nextInt(live.size()));
                moved.move(now + 1 + random.nextLong(idle(random)));
                wheel.reschedule(moved);
            }
            now += random.nextLong(idle(random) / 4);
            wheel.advance(now);
            for (Entry entry : List.copyOf(live)) {
                boolean due = entry.due() <= now;
                assertThat(entry.calls.get())
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(due ? 1 : 0);
                if (due) {
                    assertThat(entry.calledAt)
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(entry.due());
                    live.remove(entry);
                }
            }
        }
    }

    /** Usually seconds, sometimes more than a turn of the ring. */
    private static long idle(SplittableRandom random) {
        return TimeUnit.MILLISECONDS.toNanos(random.nextInt(10) == 0 ? 400_000 : 3_000);
    }

    @Test
    void advance_longPause_expiresInOrderOfDeadlines() {
        TimerWheel wheel = new TimerWheel(ORIGIN);
        List<Entry> order = new ArrayList<>();
        class Ordered extends Entry {
            Ordered(long deadlineNanos) {
                super(deadlineNanos);
            }

            @Override
            protected void expire(long nowNanos) {
                super.expire(nowNanos);
                order.add(this);
            }
        }
        Entry postponed = new Ordered(ORIGIN + 20 * TICK);
        Entry between = new Ordered(ORIGIN + 40 * TICK);
        wheel.add(postponed);
        wheel.add(between);
        postponed.move(ORIGIN + 60 * TICK);

        wheel.advance(ORIGIN + 100_000 * TICK);

        assertThat(order).containsExactly(between, postponed);
    }

    @Test
    void advance_beforeDeadline_nothingExpires() {
        TimerWheel wheel = new TimerWheel(ORIGIN);
        Entry entry = new Entry(ORIGIN + 5 * TICK);
        wheel.add(entry);

        wheel.advance(ORIGIN + 5 * TICK - 1);
        assertThat(entry.calls).hasValue(0);
        wheel.advance(ORIGIN + 5 * TICK);
        assertThat(entry.calls).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void advance_otherThreadsAdd_everyEntryExpiresOnceAndNotEarly(long seed) throws Exception {
        int adders = 4;
        int perAdder = 5_000;
        TimerWheel wheel = new TimerWheel(ORIGIN);
        AtomicLong clock = new AtomicLong(ORIGIN);
        List<Entry> all = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(adders);
        try {
            List<Future<List<Entry>>> added = new ArrayList<>();
            for (int t = 0; t < adders; t++) {
                SplittableRandom random = new SplittableRandom(seed * 31 + t);
                Callable<List<Entry>> adder = () -> {
                    List<Entry> mine = new ArrayList<>();
                    for (int i = 0; i < perAdder; i++) {
                        Entry entry = new Entry(clock.get() + random.nextLong(20 * TICK));
                        wheel.add(entry);
                        mine.add(entry);
                        wheel.advance(clock.addAndGet(random.nextLong(TICK / 2)));
                    }
                    return mine;
                };
                added.add(threads.submit(adder));
            }
            for (Future<List<Entry>> future : added) {
                all.addAll(future.get(60, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        wheel.advance(clock.get() + 30 * TICK);

        assertThat(all).hasSize(adders * perAdder).allSatisfy(entry -> {
            assertThat(entry.calls).as("seed %d", seed).hasValue(1);
            assertThat(entry.calledAt).as("seed %d", seed).isGreaterThanOrEqualTo(entry.deadlineNanos());
        });
    }
}
