package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a {@link FlowTable}: buckets of 64 bytes, a home word for each ({@link HomeWord}), and a timing
 * wheel. A resize replaces a generation by the next one.
 */
final class FlowGeneration extends FlowMemory {
    /**
     * The number of buckets, its home bucket included, in which a connection may be stored. An insertion fails if all
     * of them are full. In a table that has just grown, 64 buckets in a row are full for about one key in a million;
     * extrapolated, 256 for fewer than one in 10^18.
     */
    static final int WINDOW = 256;

    /** Result of a search. */
    static final int ABSENT = 0;
    /** Result of a search. */
    static final int FOUND = 1;
    /** Result of a search: the generation is not the current one any more. */
    static final int OUTDATED = 2;

    private static final long ARBITRARY = 0x5CA1_AB1E_0DDB_A11L;
    private static final int PREFETCHED_NODES = 8;

    final FlowTable table;
    /** The number of home buckets; the last keys are displaced into {@link #WINDOW} - 1 further buckets. */
    final int homes;
    /** The generation's number, counted from 1. */
    final int number;

    final FlowWheel wheel;

    // While this is the old generation: the first bucket that no thread has taken yet to migrate it, and the number
    // of buckets migrated.
    final AtomicInteger nextToMigrate = new AtomicInteger();
    final AtomicInteger migrated = new AtomicInteger();

    // Prefetched words are compared to an arbitrary value and stored here if equal, so that the compiler
    // keeps the reads.
    private long sink;

    FlowGeneration(FlowTable table, boolean ipv6, int homes, int number) {
        super(ipv6, homes + WINDOW - 1);
        this.table = table;
        this.number = number;
        this.homes = homes;
        wheel = new FlowWheel(slotsIn(buckets));
    }

    /** The number of slots in home buckets, by which the load factor is measured. */
    int homeSlots() {
        return slotsIn(homes);
    }

    /** The table grows when it has more connections than this. */
    long growThreshold() {
        return ipv6 ? homeSlots() / 8L * 5 : homeSlots() / 5L * 4;
    }

    /** The number of home buckets of the next generation when the table grows. */
    int grownSize() {
        // Small tables double, so that a new table soon reaches its size.
        return homes < 1 << 16 ? homes * 2 : homes + homes / 4;
    }

    /** The home bucket of a hash. */
    int home(int hash) {
        return (int) ((hash & 0xFFFF_FFFFL) * homes >>> 32);
    }

    // ---- search

    /**
     * Searches for a key. If it is found, the lookup holds its slot and meta word.
     *
     * @param next the current generation if this is the old one, in which the search completes unfinished
     *     moves; otherwise null
     * @return {@link #ABSENT}, {@link #FOUND} or {@link #OUTDATED}
     */
    @SuppressWarnings("NullAway") // a bucket without a chunk ends at 0, so its slots are not read
    int find(FlowLookup lookup, @Nullable FlowGeneration next) {
        int home = home(lookup.hash);
        int last = home;
        int words = ipv6 ? BUCKET_WORDS : FlowRecord.IPV4_WORDS;
        for (int bucket = home; bucket <= last; bucket++) {
            long[] chunk = chunkAcquire(bucket);
            int end = isMissing(bucket) ? 0 : indexOf(bucket + 1);
            if (chunk == null && end != 0) {
                return ABSENT;
            }
            int slot = firstSlot(bucket);
            for (int index = indexOf(bucket); index < end; index += words, slot++) {
                // Volatile, like the preceding read of the home word in an insertion: the two must not be reordered.
                // Pairs with the compare-and-set in publish.
                long meta = (long) WORDS.getVolatile(chunk, index);
                while (FlowRecord.status(meta) >= FlowRecord.LIVE
                        && !FlowRecord.has(meta, FlowRecord.HIDDEN)
                        && keyMatches(chunk, index, lookup)) {
                    // Acquire: both reads come before the second read of the meta word, whose version validates them.
                    long identity = (long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY);
                    long links = (long) WORDS.getAcquire(chunk, index + FlowRecord.LINKS);
                    long again = (long) WORDS.getVolatile(chunk, index);
                    if (FlowRecord.status(again) == FlowRecord.MOVED) {
                        if (next == null) {
                            return OUTDATED;
                        }
                        if (!FlowRecord.has(again, FlowRecord.ARRIVED)) {
                            next.publish(FlowRecord.movedTo(again), FlowRecord.version(again));
                        }
                        break;
                    }
                    if (FlowRecord.status(again) == FlowRecord.LIVE
                            && FlowRecord.version(again) == FlowRecord.version(meta)
                            && !FlowRecord.has(again, FlowRecord.HIDDEN)) {
                        lookup.identity = identity;
                        lookup.templateId = FlowRecord.templateId(links);
                        lookup.foundAt(this, slot, again);
                        return FOUND;
                    }
                    meta = again;
                }
            }
            if (bucket == home) {
                last = home + HomeWord.maxDisplacement(homeWordIfAllocated(home));
            }
        }
        return ABSENT;
    }

    /** Reads a word at each end of a key's home bucket, so that the processor fetches it. */
    void prefetch(int hash) {
        int bucket = home(hash);
        long[] chunk = chunkAcquire(bucket);
        if (chunk != null && !isMissing(bucket)) {
            int index = indexOf(bucket);
            consume((long) WORDS.getOpaque(chunk, index) ^ (long) WORDS.getOpaque(chunk, index + BUCKET_WORDS - 1));
        }
    }

    private void consume(long words) {
        if (words == ARBITRARY) {
            sink = words;
        }
    }

    // ---- insertion

    /** Raises the displacement bound of a home bucket so that searches reach a slot. */
    private void addDisplaced(int home, int slot) {
        int displacement = bucketOf(slot) - home;
        while (displacement != 0) {
            long homeWord = homeWordVolatile(home);
            if (compareAndSetHomeWord(home, homeWord, HomeWord.withDisplaced(homeWord, displacement))) {
                return;
            }
        }
    }

    /** Reverses {@link #addDisplaced} for a slot that has become empty. */
    private void removeDisplaced(int home, int slot) {
        while (bucketOf(slot) != home) {
            long homeWord = homeWordVolatile(home);
            if (compareAndSetHomeWord(home, homeWord, HomeWord.withoutDisplaced(homeWord))) {
                return;
            }
        }
    }

    /** Publishes the claim that a home word names, if its owner has not done so yet. */
    void completeInsertion(int home, long homeWord) {
        int version = HomeWord.claimVersion(homeWord);
        if (version != 0) {
            publish(firstSlot(home) + HomeWord.claimOffset(homeWord), version);
        }
    }

    /** Makes a committed claim live. Any number of threads may do so; it happens once. */
    void publish(int slot, int version) {
        while (true) {
            long meta = metaVolatile(slot);
            // The compare-and-set pairs with the volatile and acquire reads of the meta word in find and FastPath.
            if (FlowRecord.status(meta) != FlowRecord.CLAIMED
                    || FlowRecord.version(meta) != version
                    || compareAndSetMeta(slot, meta, FlowRecord.withStatus(meta, FlowRecord.LIVE))) {
                return;
            }
        }
    }

    /**
     * Claims an empty slot for a key and fills it, meta word included. Searches do not find it yet.
     *
     * @return the slot, or -1 if none within the window is empty
     */
    int claim(FlowLookup lookup, int templateId, long fields) {
        int home = home(lookup.hash);
        int end = firstSlot(home + WINDOW);
        for (int slot = firstSlot(home); slot < end; slot = slotAfter(slot)) {
            if (isMissing(bucketOf(slot))) {
                continue;
            }
            long meta = metaVolatile(slot);
            int version = FlowRecord.versionAfter(meta);
            if (FlowRecord.status(meta) == FlowRecord.EMPTY
                    && compareAndSetMeta(slot, meta, FlowRecord.with(0, FlowRecord.CLAIMED, version))) {
                addDisplaced(home, slot);
                writeKeyRelease(slot, lookup);
                long links = linksVolatile(slot);
                // Usually neither this connection nor the last one in the slot has a template.
                while (FlowRecord.templateId(links) != templateId
                        && !compareAndSetLinks(slot, links, FlowRecord.withTemplateId(links, templateId))) {
                    links = linksVolatile(slot);
                }
                setMetaVolatile(slot, FlowRecord.with(fields, FlowRecord.CLAIMED, version));
                return slot;
            }
        }
        return -1;
    }

    /**
     * Commits a claim if no other insertion has committed at its home bucket since the home word was read.
     *
     * @return whether it was committed; if not, it is abandoned
     */
    boolean commit(int home, int slot, long homeWord) {
        int version = FlowRecord.version(metaVolatile(slot));
        long now = homeWordVolatile(home);
        long naming = HomeWord.withClaim(now, slot - firstSlot(home), version);
        while (HomeWord.sameSequence(homeWord, now) && !compareAndSetHomeWord(home, now, naming)) {
            now = homeWordVolatile(home);
            naming = HomeWord.withClaim(now, slot - firstSlot(home), version);
        }
        if (!HomeWord.sameSequence(homeWord, now)) {
            abandon(home, slot);
            return false;
        }
        publish(slot, version);
        // The claim is complete. If the home word kept its name, that could match another claim after 65,535 reuses
        // of the slot.
        now = homeWordVolatile(home);
        while (HomeWord.sameClaim(naming, now) && !compareAndSetHomeWord(home, now, HomeWord.withoutClaim(now))) {
            now = homeWordVolatile(home);
        }
        return true;
    }

    /** Empties a slot that the calling thread has claimed. */
    void abandon(int home, int slot) {
        setMetaVolatile(slot, FlowRecord.empty(FlowRecord.version(metaVolatile(slot))));
        removeDisplaced(home, slot);
    }

    /** Empties the slot of a live connection, if its meta word is still the same. */
    boolean free(int home, int slot, long meta) {
        if (!compareAndSetMeta(slot, meta, FlowRecord.empty(FlowRecord.version(meta)))) {
            return false;
        }
        removeDisplaced(home, slot);
        return true;
    }

    /** Prevents all further commits at a home bucket. */
    void freeze(int home) {
        while (true) {
            long homeWord = homeWordVolatile(home);
            if (HomeWord.isFrozen(homeWord)) {
                return;
            }
            completeInsertion(home, homeWord);
            if (compareAndSetHomeWord(home, homeWord, HomeWord.frozen(homeWord))) {
                return;
            }
        }
    }

    // ---- change

    /** Replaces the meta word of a slot, if it is still the same. See {@link FlowTable#change}. */
    boolean change(int slot, long before, long meta) {
        if (meta == before) {
            return metaVolatile(slot) == meta;
        }
        if (!compareAndSetMeta(slot, before, meta)) {
            return false;
        }
        if (FlowRecord.deadline(meta) - FlowRecord.deadline(before) < 0) {
            schedule(slot, FlowRecord.deadline(meta));
        }
        return true;
    }

    // ---- time

    /** Ensures that a node inspects the slot at the deadline or earlier. The caller has written the deadline. */
    void schedule(int slot, int deadline) {
        while (true) {
            // Volatile, after the meta word was written. Pairs with fire, which writes the links word first and reads
            // the meta word second.
            long links = linksVolatile(slot);
            int next = table.nextTick();
            int ticks = Math.min(Math.max(deadline - next, 0), wheel.ringSize() - 1);
            int position = wheel.position(next + ticks);
            long scheduled;
            if (!FlowRecord.isScheduled(links)) {
                scheduled = FlowRecord.scheduled(links, position);
            } else if (wheel.ticksUntil(FlowRecord.scheduledPosition(links), next) <= ticks || !wheel.hasSpareNode()) {
                return;
            } else {
                scheduled = FlowRecord.scheduled(links, position, superseded(links, next));
            }
            if (compareAndSetLinks(slot, links, scheduled)) {
                wheel.push(slot, position);
                // If the tick was taken meanwhile, its stack would wait for the next turn of the ring.
                if (next + ticks - table.nextTick() < 0) {
                    runTick(next + ticks);
                }
                return;
            }
        }
    }

    /**
     * The position of the superseded node that a scheduled slot stores when it gets an earlier one. Of two superseded
     * nodes, the later: the other one fires first, finds that the slot does not refer to it, and is released.
     */
    private int superseded(long links, int next) {
        int scheduledPosition = FlowRecord.scheduledPosition(links);
        int supersededPosition = FlowRecord.supersededPosition(links);
        return FlowRecord.hasSuperseded(links)
                        && wheel.ticksUntil(supersededPosition, next) > wheel.ticksUntil(scheduledPosition, next)
                ? supersededPosition
                : scheduledPosition;
    }

    /** See {@link FlowTable#ticksUntilFirst}. */
    int ticksUntilFirst(int tick) {
        int first = Integer.MAX_VALUE;
        int end = FlowMemory.firstSlot(buckets);
        for (int slot = 0; slot < end; slot = slotAfter(slot)) {
            long meta = isUnallocated(slot) ? 0 : metaVolatile(slot);
            if (FlowRecord.status(meta) == FlowRecord.LIVE) {
                first = Math.min(first, Math.max(0, FlowRecord.deadline(meta) - tick));
            }
        }
        return first;
    }

    /** Fires the nodes of a number of ticks that the table has left behind. */
    void runTicks(int first, int count) {
        // One turn of the ring reaches every node; those that are not due yet are scheduled again.
        for (int i = 0; i < Math.min(count, wheel.ringSize()); i++) {
            runTick(first + i);
        }
    }

    /** Fires every node on the stack of a tick. */
    void runTick(int tick) {
        int node = wheel.takeStack(tick);
        for (int prefetched = 0; node != 0; prefetched--) {
            if (prefetched == 0) {
                prefetched = prefetchSlots(node);
            }
            long content = wheel.nodeOpaque(node);
            fire(node, FlowWheel.slot(content), tick);
            node = FlowWheel.next(content);
        }
    }

    /**
     * Reads a word of the slots of the next few nodes, so that the processor fetches them together. Returns how many.
     */
    private int prefetchSlots(int node) {
        int count = 0;
        long words = 0;
        for (; count < PREFETCHED_NODES && node != 0; count++) {
            long content = wheel.nodeOpaque(node);
            words ^= metaVolatile(FlowWheel.slot(content));
            node = FlowWheel.next(content);
        }
        consume(words);
        return count;
    }

    /** Releases a node that was taken off the wheel and, if the slot refers to it, expires or reschedules the slot. */
    void fire(int node, int slot, int tick) {
        int position = wheel.position(tick);
        while (true) {
            long links = linksVolatile(slot);
            if (!FlowRecord.isScheduled(links) || FlowRecord.scheduledPosition(links) != position) {
                if (FlowRecord.hasSuperseded(links)
                        && FlowRecord.supersededPosition(links) == position
                        && !compareAndSetLinks(slot, links, FlowRecord.withoutSuperseded(links))) {
                    continue;
                }
                wheel.release(node);
                return;
            }
            // Before the read of the meta word below; pairs with schedule. A packet that moves the deadline closer
            // after that read schedules the slot itself.
            if (compareAndSetLinks(slot, links, FlowRecord.unscheduled(links))) {
                wheel.release(node);
                break;
            }
        }
        long meta = metaVolatile(slot);
        while (FlowRecord.status(meta) == FlowRecord.LIVE) {
            // The next tick of the table, not this one: the calling thread may be delayed, and the deadline due by now.
            if (FlowRecord.deadline(meta) - table.nextTick() >= 0) {
                schedule(slot, FlowRecord.deadline(meta));
                return;
            }
            if (table.expire(this, slot, meta)) {
                return;
            }
            meta = metaVolatile(slot);
        }
    }

    @Override
    long bytes() {
        return super.bytes() + wheel.bytes();
    }
}
