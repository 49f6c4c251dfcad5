package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.Sysctl;

/**
 * What {@code lblc} and {@code lblcr} remember about destination addresses: a hash table of 1024 chains with the limits
 * and the housekeeping of IPVS.
 *
 * <p>A check is due every 60 s; it is made by the first pick thereafter. Every thirtieth check drops the entries that were idle
 * for longer than the expiration. Above 16384 entries, the others drop entries idle for 6 min, as many as are needed to get
 * well below, and the thirtieth waits. At 24576 entries no new one is taken.
 *
 * <p>Chains are immutable lists whose head is replaced by compare-and-set. Guarantees: thread-safe, one entry per address.
 * Progress: finding is wait-free and allocates nothing, inserting is lock-free; one thread at a time makes the checks while the
 * others go on.
 */
final class LocalityCache<E extends LocalityCache.Entry> {
    static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final int TARGET_ENTRIES = 16_384;
    static final int MAX_ENTRIES = TARGET_ENTRIES / 2 * 3;
    private static final int BITS = 10;
    private static final int SIZE = 1 << BITS;
    private static final int FULL_CHECK_EVERY = 30;
    private static final long SPARED_NANOS = TimeUnit.MINUTES.toNanos(6);

    private final AtomicReferenceArray<@Nullable Chain<E>> chains = new AtomicReferenceArray<>(SIZE);
    private final AtomicInteger size = new AtomicInteger();
    private final SchedulerContext context;
    private final Sysctl expiration;

    // Guards counter and rover; due is written under it and read by anyone.
    private final AtomicBoolean checking = new AtomicBoolean();
    private int counter = 1;
    private int rover;
    private volatile long dueNanos;

    /** An empty cache whose first check is due in 60 s; the given setting holds the expiration in seconds. */
    LocalityCache(SchedulerContext context, Sysctl expiration) {
        this.context = context;
        this.expiration = expiration;
        dueNanos = context.nanoTime() + CHECK_NANOS;
    }

    /** The expiration in force. */
    long expirationNanos() {
        return TimeUnit.SECONDS.toNanos(context.sysctl(expiration));
    }

    int size() {
        return size.get();
    }

    @Nullable
    E find(long high, long low) {
        return find(chains.getAcquire(bucket(high, low)), high, low);
    }

    // Acquires above and below pair with the compare-and-set of insert and sweep: an entry is seen complete.
    private static <E extends Entry> @Nullable E find(@Nullable Chain<E> chain, long high, long low) {
        for (Chain<E> link = chain; link != null; link = link.next) {
            if (link.entry.low == low && link.entry.high == high) {
                return link.entry;
            }
        }
        return null;
    }

    /** Adds an entry unless there is one of its address already or the cache is full; the entry there, or null if full. */
    @Nullable
    E insert(E entry) {
        if (size.incrementAndGet() > MAX_ENTRIES) {
            size.decrementAndGet();
            return null;
        }
        int bucket = bucket(entry.high, entry.low);
        while (true) {
            Chain<E> head = chains.getAcquire(bucket);
            E other = find(head, entry.high, entry.low);
            if (other != null) {
                size.decrementAndGet();
                return other;
            }
            if (chains.compareAndSet(bucket, head, new Chain<>(entry, head))) {
                return entry;
            }
        }
    }

    private static int bucket(long high, long low) {
        return AddressHash.bucket(AddressHash.fold(high, low), BITS);
    }

    /** Makes the checks that have become due. */
    void advance(long nowNanos) {
        if (nowNanos - dueNanos < 0 || !checking.compareAndSet(false, true)) {
            return;
        }
        try {
            long due = dueNanos;
            long missed = (nowNanos - due) / CHECK_NANOS;
            if (missed > 2 * FULL_CHECK_EVERY) {
                // After a long silence whole cycles of checks are left out: nothing can have happened in between.
                due += (missed / FULL_CHECK_EVERY - 1) * FULL_CHECK_EVERY * CHECK_NANOS;
            }
            for (; nowNanos - due >= 0; due += CHECK_NANOS) {
                check(due);
            }
            dueNanos = due;
        } finally {
            checking.set(false);
        }
    }

    private void check(long nowNanos) {
        if (counter % FULL_CHECK_EVERY == 0) {
            long idleNanos = expirationNanos();
            for (int bucket = 0; bucket < SIZE; bucket++) {
                sweep(bucket, nowNanos, idleNanos);
            }
            counter = 1;
            return;
        }
        int surplus = size.get() - TARGET_ENTRIES;
        if (surplus <= 0) {
            counter++;
            return;
        }
        int goal = Math.min(surplus * 4 / 3, TARGET_ENTRIES / 2);
        for (int i = 0; i < SIZE && goal > 0; i++) {
            rover = rover + 1 & SIZE - 1;
            goal -= sweep(rover, nowNanos, SPARED_NANOS);
        }
    }

    /** Drops the entries of a chain that have been idle for so long; how many they were. */
    private int sweep(int bucket, long nowNanos, long idleNanos) {
        while (true) {
            Chain<E> head = chains.getAcquire(bucket);
            Chain<E> kept = null;
            int dropped = 0;
            for (Chain<E> link = head; link != null; link = link.next) {
                if (nowNanos - link.entry.lastUsedNanos() >= idleNanos) {
                    dropped++;
                } else {
                    kept = new Chain<>(link.entry, kept);
                }
            }
            if (dropped == 0) {
                return 0;
            }
            if (chains.compareAndSet(bucket, head, kept)) {
                size.addAndGet(-dropped);
                return dropped;
            }
        }
    }

    private record Chain<E>(E entry, @Nullable Chain<E> next) {}

    /** What is remembered about one address. */
    abstract static class Entry {
        private static final VarHandle LAST_USED = lastUsedHandle();

        final long high;
        final long low;
        private long lastUsedNanos;

        Entry(long high, long low, long nowNanos) {
            this.high = high;
            this.low = low;
            lastUsedNanos = nowNanos;
        }

        /** Puts off its expiration. Opaque: the time guards no other data. */
        final void touch(long nowNanos) {
            LAST_USED.setOpaque(this, nowNanos);
        }

        long lastUsedNanos() {
            return (long) LAST_USED.getOpaque(this);
        }

        private static VarHandle lastUsedHandle() {
            try {
                return MethodHandles.lookup().findVarHandle(Entry.class, "lastUsedNanos", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
