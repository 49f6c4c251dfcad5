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
 * The cache of {@code lblc} and {@code lblcr} by destination address: a hash table of 1024 chains with the limits and
 * the housekeeping of IPVS ({@code ip_vs_lblc.c}).
 *
 * <p>A check is due every 60 s and is run by the first pick after that. Every thirtieth check evicts the entries that
 * have been idle for at least the expiration. Above {@value #TARGET_ENTRIES} entries the other checks evict entries
 * that have been idle for 6 minutes, four thirds of the surplus but at most {@value #TARGET_ENTRIES} / 2, and the
 * thirtieth check is put off. At {@value #MAX_ENTRIES} entries no new one is inserted.
 *
 * <p>Chains are immutable lists; a compare-and-set replaces the head of a chain.
 *
 * <p>Guarantees: thread-safe, one entry per address.
 *
 * <p>Progress: {@link #find} is wait-free and allocates nothing. {@link #insert} is lock-free. {@link #advance} tries a
 * lock: a thread that fails to acquire it returns at once, and the holder runs the checks.
 */
final class LocalityCache<E extends LocalityCache.Entry> {
    static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final int TARGET_ENTRIES = 16_384;
    static final int MAX_ENTRIES = TARGET_ENTRIES / 2 * 3;
    private static final int BITS = 10;
    private static final int SIZE = 1 << BITS;
    private static final int FULL_CHECK_EVERY = 30;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(6);

    private final AtomicReferenceArray<@Nullable Chain<E>> chains = new AtomicReferenceArray<>(SIZE);
    private final AtomicInteger size = new AtomicInteger();
    private final SchedulerContext context;
    private final Sysctl expiration;

    /** A try-lock that guards the next two fields and writes of the third. */
    private final AtomicBoolean checking = new AtomicBoolean();

    private int counter = 1;

    /** The chain that was swept last. */
    private int sweptChain;

    // Volatile: releases it to advance, which reads it before it tries the lock.
    private volatile long dueNanos;

    /**
     * An empty cache whose first check is due in 60 s.
     *
     * @param expiration the setting that holds the expiration in seconds
     */
    LocalityCache(SchedulerContext context, Sysctl expiration) {
        this.context = context;
        this.expiration = expiration;
        dueNanos = context.nanoTime() + CHECK_NANOS;
    }

    /** The present expiration in nanoseconds. */
    long expirationNanos() {
        return TimeUnit.SECONDS.toNanos(context.sysctl(expiration));
    }

    int size() {
        return size.get();
    }

    /** The entry of an address, or null. */
    @Nullable
    E find(long high, long low) {
        return find(chainAcquire(bucket(high, low)), high, low);
    }

    /** The head of a chain. Acquires its entries from the compare-and-set in {@link #insert} and {@link #sweep}. */
    private @Nullable Chain<E> chainAcquire(int bucket) {
        return chains.getAcquire(bucket);
    }

    private static <E extends Entry> @Nullable E find(@Nullable Chain<E> chain, long high, long low) {
        for (Chain<E> link = chain; link != null; link = link.next) {
            if (link.entry.low == low && link.entry.high == high) {
                return link.entry;
            }
        }
        return null;
    }

    /** Inserts an entry if its address has none. Returns the entry of the address, or null if the cache is full. */
    @Nullable
    E insert(E entry) {
        if (size.incrementAndGet() > MAX_ENTRIES) {
            size.decrementAndGet();
            return null;
        }
        int bucket = bucket(entry.high, entry.low);
        while (true) {
            Chain<E> head = chainAcquire(bucket);
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

    /** Runs the checks that are due. */
    void advance(long nowNanos) {
        if (nowNanos - dueNanos < 0 || !checking.compareAndSet(false, true)) {
            return;
        }
        try {
            long due = dueNanos;
            long missed = (nowNanos - due) / CHECK_NANOS;
            if (missed > 2 * FULL_CHECK_EVERY) {
                // After a long pause, whole cycles of checks are skipped: no entry was used in between.
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
            sweptChain = sweptChain + 1 & SIZE - 1;
            goal -= sweep(sweptChain, nowNanos, IDLE_NANOS);
        }
    }

    /** Evicts the entries of a chain that have been idle for at least some time. Returns their number. */
    private int sweep(int bucket, long nowNanos, long idleNanos) {
        while (true) {
            Chain<E> head = chainAcquire(bucket);
            Chain<E> kept = null;
            int evicted = 0;
            for (Chain<E> link = head; link != null; link = link.next) {
                if (nowNanos - link.entry.lastUsedNanos() >= idleNanos) {
                    evicted++;
                } else {
                    kept = new Chain<>(link.entry, kept);
                }
            }
            if (evicted == 0) {
                return 0;
            }
            if (chains.compareAndSet(bucket, head, kept)) {
                size.addAndGet(-evicted);
                return evicted;
            }
        }
    }

    private record Chain<E>(E entry, @Nullable Chain<E> next) {}

    /** The entry of one address. */
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

        /** Restarts the expiration. Opaque: the time guards no other data. */
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
