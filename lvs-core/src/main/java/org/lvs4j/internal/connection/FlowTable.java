package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.PerThread;

/**
 * A concurrent hash table of connections in flat memory. A connection is no object, and inserting one allocates nothing
 * except, from time to time, a chunk of many buckets.
 *
 * <h2>Layout</h2>
 *
 * Open addressing with linear probing. A bucket is 64 bytes and holds two IPv4 connections or one IPv6 connection, see
 * {@link FlowRecord}. The upper bits of a key's hash select its home bucket. A connection is stored there or, if that
 * is full, in one of the {@link FlowGeneration#WINDOW} buckets that begin with it; it is then <i>displaced</i>. Each
 * bucket has a home word ({@link HomeWord}) with an upper bound of the displacement of its keys [1], so a key in its
 * home bucket costs one cache line, and an absent key one cache line and one home word. There are no tombstones: the
 * slot of a connection that has ended is empty at once.
 *
 * <h2>States of a slot</h2>
 *
 * <pre>
 * EMPTY --claim--> CLAIMED --publish--> LIVE --free--> EMPTY
 *                     |                   |
 *                     +--abandon--> EMPTY +--move--> MOVED, until the generation is discarded
 * </pre>
 *
 * Each transition is a compare-and-set of the meta word, except that a thread abandons its own claim by a volatile
 * write. The meta word is the only word of a live connection that changes, apart from the links word. A claim
 * increments the slot's version, so a compare-and-set from an older meta word of the slot fails. A change of state,
 * deadline or flags is a compare-and-set from the exact word that a lookup read. On failure the caller looks the key up
 * again and sees its new state and place. A lookup reads the meta word before and after the key, as the reader of a
 * seqlock does [2]. Most packets find and change their connection in one step, by {@link FastPath}.
 *
 * <h2>Insertion</h2>
 *
 * Two threads must not insert the same key into two slots. The home word orders all insertions of one home bucket: an
 * insertion reads it, completes the insertion that it names, searches for the key, claims and fills a slot, and then
 * commits by a compare-and-set of the home word that names the slot. If another insertion has committed in between, the
 * claim is abandoned and the insertion starts again. After the commit the slot is published by its owner or by the next
 * thread that finds it named.
 *
 * <h2>Growing and shrinking</h2>
 *
 * A new {@link FlowGeneration} takes all insertions. Insertions and ticks each move a few buckets of the old generation
 * ({@link FlowMigration}), a cooperative resize in the manner of [3]. Searches look into the old generation first; a
 * connection moves forward only, so no search misses it. An insertion freezes its home bucket in the old generation
 * before it searches there, so a key that the search does not find cannot appear there later. Shrinking is announced
 * before it begins; an insertion that would overfill the smaller generation cancels it.
 *
 * <h2>Time</h2>
 *
 * Each generation has a timing wheel ({@link FlowWheel}), whose nodes refer to slots. A packet writes the deadline into
 * the meta word and touches the wheel only if the deadline moves closer. A slot stores the wheel position of the node
 * that will inspect it next and, because a node cannot be removed from the middle of a stack, the position of one node
 * that an earlier deadline has superseded. Both outlive the connection, and the next connection in the slot reuses the
 * nodes. So a slot usually has one node, and two where connections end long before their deadline. A firing node clears
 * the stored position first and reads the deadline second; a packet writes the deadline first and reads the stored
 * position second. At least one of the two therefore schedules the next inspection. The ring of a large generation is
 * longer than any default timeout; a longer timeout costs one inspection per turn of the ring.
 *
 * <h2>Progress</h2>
 *
 * Lookups are lock-free, and wait-free while no slot is reused under them; they never wait for a writer. Insertion,
 * change, removal, expiry and migration are lock-free: a step fails only because another one has succeeded, and any
 * thread can complete an insertion or a move that another one has begun. The exceptions are timers: one thread runs a
 * tick, and the thread that schedules a slot pushes its node. While such a thread is delayed, the connections
 * concerned expire late.
 *
 * <h2>Costs</h2>
 *
 * During migration the memory of both generations is in use. A million IPv4 connections take 63 bytes each, nodes
 * included; the figure varies between 53 and 65 with the load factor, plus some 8 for the second nodes of connections
 * that end long before their deadline. Versions have 16 bits: a thread that is delayed while a slot is reused a
 * multiple of 65,535 times, and that then reads the same state and deadline, takes one connection for another. Within a
 * lookup the keys are compared as well. A connection for which the window of a new generation has no empty slot is
 * dropped and counted.
 *
 * <h2>Attacks</h2>
 *
 * <ul>
 *   <li>Colliding keys: the hash mixes 64 secret random bits into its products. An attacker who does not learn them
 *       cannot predict collisions, and nothing that a client can observe directly reveals the bucket of its connection.
 *       The hash is not a cryptographic one. The window bounds the cost of collisions.
 *   <li>Numbers: the caller enforces a ceiling.
 *   <li>Deadlines that move closer three times within one connection, as when a client resets a connection and reopens
 *       it at once: the slot loses its reference to a node, which stays on the wheel until its tick. Above three nodes
 *       per slot no further ones are allocated, and connections expire late.
 * </ul>
 *
 * <p>[1] C. Purcell, T. Harris: Non-blocking Hashtables with Open Addressing, 2005. [2] H. Boehm: Can Seqlocks Get
 * Along With Programming Language Memory Models?, 2012. [3] C. Click: A Lock-Free Wait-Free Hash Table, 2007.
 */
final class FlowTable {
    /** Notified of each connection that has expired, exactly once. */
    interface ExpiryListener {
        /**
         * A connection has expired and is not in the table any more.
         *
         * @param lookup key, identity word, template id and last meta word of the connection; valid during
         *     the call only
         */
        void expired(FlowLookup lookup);
    }

    /** Receives each connection. */
    interface Visitor {
        /** The lookup is valid during the call only, but may be passed to the table's methods. */
        void visit(FlowLookup lookup);
    }

    /** The generations in use, and whether the only one is about to be replaced by a smaller one. */
    private record Generations(
            FlowGeneration current, @Nullable FlowGeneration old, boolean shrinking) {}

    private static final AtomicReferenceFieldUpdater<FlowTable, Generations> GENERATIONS =
            AtomicReferenceFieldUpdater.newUpdater(FlowTable.class, Generations.class, "generations");
    private static final int MIN_HOMES = 64;
    private static final int CLAIM_ATTEMPTS = 4;
    private static final int STEPS_PER_TICK = 32;

    private static final int MAX_TICKS_OF_STEPS = 64;
    private static final int MAINTENANCE_MASK = 7;

    private final boolean ipv6;
    private final long seed;
    private final long secondSeed;
    private final ExpiryListener listener;
    private final AtomicInteger nextTick;
    private final AtomicInteger nextSome = new AtomicInteger();
    private final LongAdder size = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final PerThread<FlowLookup> scratch = new PerThread<>(FlowLookup::new);

    // Volatile: each read pairs with the compare-and-set that replaced the value, so a generation is seen complete.
    private volatile Generations generations;

    /**
     * An empty table.
     *
     * @param ipv6 whether the keys are IPv6
     * @param seed secret, so that clients cannot predict collisions
     * @param firstTick the first tick to advance to
     */
    FlowTable(boolean ipv6, long seed, int firstTick, ExpiryListener listener) {
        this.ipv6 = ipv6;
        this.seed = seed;
        secondSeed = FlowLookup.secondSeed(seed);
        this.listener = listener;
        nextTick = new AtomicInteger(firstTick);
        generations = new Generations(new FlowGeneration(this, ipv6, MIN_HOMES, 1), null, false);
    }

    /** The next tick to run; a volatile read. */
    int nextTick() {
        return nextTick.get();
    }

    /** Computes the hash of the lookup's key. */
    void hash(FlowLookup lookup) {
        lookup.hash(ipv6, seed, secondSeed);
    }

    // ---- finding and changing

    /** Searches for the lookup's key. If it is found, the lookup holds its slot and meta word. */
    boolean find(FlowLookup lookup) {
        hash(lookup);
        return search(lookup);
    }

    /** The only generation; null during migration. */
    @Nullable
    FlowGeneration onlyGeneration() {
        Generations now = generations;
        return now.old == null ? now.current : null;
    }

    /** The hash of an IPv4 key. */
    int hash(long addresses, long identity) {
        return FlowLookup.hash(addresses, identity, seed, secondSeed);
    }

    /** Fetches the home bucket of a key into the cache. */
    void prefetch(long first, long second, long third, long fourth, long identity) {
        generations.current.prefetch(
                ipv6
                        ? FlowLookup.hash(first, second, third, fourth, identity, seed, secondSeed)
                        : FlowLookup.hash(first, identity, seed, secondSeed));
    }

    private boolean search(FlowLookup lookup) {
        while (true) {
            Generations now = generations;
            FlowGeneration old = now.old;
            // The old generation first: a connection moves from it to the current one, never back.
            if (old != null && old.find(lookup, now.current) == FlowGeneration.FOUND) {
                return true;
            }
            int result = now.current.find(lookup, null);
            if (result != FlowGeneration.OUTDATED) {
                return result == FlowGeneration.FOUND;
            }
        }
    }

    /**
     * Replaces the meta word of the connection found, if it is still the word that the lookup read.
     *
     * @param meta a word of the same status and version; may equal the present one
     * @return whether the word was still the same; if not, the caller looks the key up again
     */
    boolean change(FlowLookup lookup, long meta) {
        FlowGeneration generation = generationOf(lookup);
        if (generation == null || !generation.change(lookup.slot, lookup.meta, meta)) {
            return false;
        }
        lookup.meta = meta;
        return true;
    }

    /** The generation in which a lookup has found its connection; null if all connections have moved out of it. */
    @Nullable
    FlowGeneration generationOf(FlowLookup lookup) {
        Generations now = generations;
        if (lookup.generationNumber == now.current.number) {
            return now.current;
        }
        if (lookup.generationNumber == 0) {
            throw new IllegalStateException("the lookup has found nothing");
        }
        return now.old != null && lookup.generationNumber == now.old.number ? now.old : null;
    }

    // ---- inserting

    /**
     * Inserts the lookup's key with the server in its identity word, or finds the connection that has the key.
     *
     * @param templateId the template that placed the connection, or 0
     * @param fields as {@link FlowRecord#fields} makes them
     * @return whether it was inserted. If not, the lookup has found the existing connection, or, if its generation
     *     number is 0, the table has no slot for the key
     */
    boolean insert(FlowLookup lookup, int templateId, long fields) {
        hash(lookup);
        int failures = 0;
        while (true) {
            Generations now = generations;
            FlowGeneration old = now.old;
            FlowGeneration current = now.current;
            if (now.shrinking && size.sum() > current.homeSlots() / 6) {
                GENERATIONS.compareAndSet(this, now, new Generations(current, null, false));
                continue;
            }
            if (old != null) {
                // No thread can insert the key into the old generation after this, so if the search does not find it,
                // it will never be there.
                old.freeze(old.home(lookup.hash));
                if (old.find(lookup, current) == FlowGeneration.FOUND) {
                    return false;
                }
            }
            int home = current.home(lookup.hash);
            long homeWord = current.homeWordVolatile(home);
            if (HomeWord.isFrozen(homeWord)) {
                continue;
            }
            current.completeInsertion(home, homeWord);
            int result = current.find(lookup, null);
            if (result == FlowGeneration.FOUND) {
                return false;
            }
            if (result == FlowGeneration.OUTDATED) {
                continue;
            }
            int slot = current.claim(lookup, templateId, fields);
            if (slot < 0) {
                if (++failures == CLAIM_ATTEMPTS) {
                    lookup.generationNumber = 0;
                    dropped.increment();
                    return false;
                }
                finishMigration(now);
                Generations after = generations;
                // Only if no other thread has resized meanwhile: this would undo that.
                if (after.current == current) {
                    resize(after, current.grownSize());
                }
                continue;
            }
            long meta = FlowRecord.withStatus(current.metaVolatile(slot), FlowRecord.LIVE);
            // Before the commit, so that expiry does not depend on this thread; and again after it, because a tick may
            // have inspected the slot while it was not live.
            current.schedule(slot, FlowRecord.deadline(meta));
            if (current.commit(home, slot, homeWord)) {
                lookup.templateId = templateId;
                lookup.foundAt(current, slot, meta);
                size.increment();
                current.schedule(slot, FlowRecord.deadline(meta));
                // Summing the adder touches every cell's cache line, so only one insertion in eight does it.
                if (old != null || (lookup.hash & MAINTENANCE_MASK) == 0) {
                    maintain();
                }
                return true;
            }
        }
    }

    // ---- ending

    /** Removes the connection found, if its meta word is still the one that the lookup read. */
    boolean remove(FlowLookup lookup) {
        FlowGeneration generation = generationOf(lookup);
        if (generation == null || !generation.free(generation.home(lookup.hash), lookup.slot, lookup.meta)) {
            return false;
        }
        size.decrement();
        return true;
    }

    /** Expires a connection, if its meta word is still the same. */
    boolean expire(FlowGeneration generation, int slot, long meta) {
        FlowLookup lookup = scratch.get();
        generation.readKey(slot, lookup);
        lookup.templateId = FlowRecord.templateId(generation.wordAcquire(slot, FlowRecord.LINKS));
        lookup.meta = meta;
        hash(lookup);
        if (!generation.free(generation.home(lookup.hash), slot, meta)) {
            return false;
        }
        size.decrement();
        listener.expired(lookup);
        return true;
    }

    /** Ends a connection for which the next generation has no slot. */
    boolean drop(FlowGeneration generation, int slot, long meta) {
        if (!expire(generation, slot, meta)) {
            return false;
        }
        dropped.increment();
        return true;
    }

    /** Runs all ticks up to the given one, in which the connections expire that are due, and does some maintenance. */
    void advance(int tick) {
        int steps = 0;
        for (int next = nextTick.get(); next - tick <= 0; next = nextTick.get()) {
            // Volatile, before the stacks of the ticks are taken. Pairs with FlowGeneration.schedule, which pushes a
            // node and then reads the next tick, so either this takes the node or schedule runs the tick.
            if (nextTick.compareAndSet(next, tick + 1)) {
                int count = tick - next + 1;
                steps = Math.min(count, MAX_TICKS_OF_STEPS) * STEPS_PER_TICK;
                Generations now = generations;
                if (now.old != null) {
                    now.old.runTicks(next, count);
                }
                now.current.runTicks(next, count);
            }
        }
        while (steps-- > 0 && maintain()) {
            // Another step.
        }
    }

    /** The number of ticks from a given one to the first deadline of a connection; at most {@link Integer#MAX_VALUE}. */
    int ticksUntilFirst(int tick) {
        Generations now = generations;
        int first = now.current.ticksUntilFirst(tick);
        return now.old == null ? first : Math.min(first, now.old.ticksUntilFirst(tick));
    }

    // ---- size

    /** Migrates a few buckets, or starts a resize if one is due. Returns whether there was anything to do. */
    private boolean maintain() {
        Generations now = generations;
        FlowGeneration current = now.current;
        long count = size.sum();
        if (now.old != null) {
            if (FlowMigration.step(now.old, current, scratch.get())) {
                GENERATIONS.compareAndSet(this, now, new Generations(current, null, false));
            } else if (count > current.growThreshold()) {
                // A thread that took a part of the migration is delayed.
                finishMigration(now);
            }
        } else if (count > current.growThreshold()) {
            resize(now, current.grownSize());
        } else if (current.homes > MIN_HOMES && count < current.homeSlots() / 8) {
            if (now.shrinking) {
                resize(now, Math.max(MIN_HOMES, current.homes / 4));
            } else {
                // Announced first: from now on insertions check that all connections fit into the smaller generation.
                GENERATIONS.compareAndSet(this, now, new Generations(current, null, true));
            }
        } else {
            return false;
        }
        return true;
    }

    private void resize(Generations now, int homes) {
        if (now.old == null) {
            FlowGeneration next = new FlowGeneration(this, ipv6, homes, now.current.number + 1);
            GENERATIONS.compareAndSet(this, now, new Generations(next, now.current, false));
        }
    }

    private void finishMigration(Generations now) {
        if (now.old != null) {
            FlowMigration.finish(now.old, now.current, new FlowLookup());
            GENERATIONS.compareAndSet(this, now, new Generations(now.current, null, false));
        }
    }

    /** The number of connections; exact while no thread changes it. */
    long size() {
        return size.sum();
    }

    /** The number of connections dropped because the table had no slot for them. */
    long dropped() {
        return dropped.sum();
    }

    /** The memory in use, in bytes. */
    long bytes() {
        Generations now = generations;
        return now.current.bytes() + (now.old == null ? 0 : now.old.bytes());
    }

    /**
     * Visits every connection that exists during the whole call, and perhaps others. A connection that is migrated
     * meanwhile may be visited twice.
     */
    void forEach(FlowLookup lookup, Visitor visitor) {
        Generations now;
        do {
            now = generations;
            if (now.old != null) {
                forEach(now.old, lookup, visitor);
            }
            forEach(now.current, lookup, visitor);
            // Again if there is a newer generation: connections may have moved there before they were visited.
        } while (generations.current != now.current);
    }

    /** Visits the connections in some of the slots; further calls go on where the last one ended. */
    void forSome(FlowLookup lookup, int buckets, Visitor visitor) {
        FlowGeneration generation = generations.current;
        int all = generation.buckets;
        // Only spreads the calls over the table: the order of these accesses does not matter.
        int first = Math.floorMod(nextSome.getAndAdd(buckets), all);
        int last = Math.min(all, first + buckets);
        forEach(generation, FlowMemory.firstSlot(first), FlowMemory.firstSlot(last), lookup, visitor);
    }

    /** The number of buckets for {@link #forRange}; another one once the table has grown or shrunk. */
    int buckets() {
        return generations.current.buckets;
    }

    /**
     * Visits the connections in a range of buckets, as far as it exists. Those that a migration has not moved yet are
     * not visited.
     */
    void forRange(FlowLookup lookup, int first, int count, Visitor visitor) {
        FlowGeneration generation = generations.current;
        int last = Math.min(generation.buckets, first + count);
        if (first < last) {
            forEach(generation, FlowMemory.firstSlot(first), FlowMemory.firstSlot(last), lookup, visitor);
        }
    }

    private void forEach(FlowGeneration generation, FlowLookup lookup, Visitor visitor) {
        forEach(generation, 0, FlowMemory.firstSlot(generation.buckets), lookup, visitor);
    }

    private void forEach(FlowGeneration generation, int first, int end, FlowLookup lookup, Visitor visitor) {
        for (int slot = first; slot < end; slot = generation.slotAfter(slot)) {
            if (generation.isUnallocated(slot)) {
                continue;
            }
            long meta = generation.metaVolatile(slot);
            if (FlowRecord.status(meta) == FlowRecord.LIVE) {
                generation.readKey(slot, lookup);
                lookup.templateId = FlowRecord.templateId(generation.wordAcquire(slot, FlowRecord.LINKS));
                if (FlowRecord.version(generation.metaVolatile(slot)) == FlowRecord.version(meta)) {
                    hash(lookup);
                    lookup.foundAt(generation, slot, meta);
                    visitor.visit(lookup);
                }
            }
        }
    }
}
