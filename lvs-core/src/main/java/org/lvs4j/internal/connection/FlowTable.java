package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.PerThread;

/**
 * Connections by their key, in flat memory: no object for each, and nothing allocated but now and then a chunk of many.
 *
 * <h2>Layout</h2>
 *
 * A line is 64 bytes: two IPv4 connections or one IPv6 connection, see {@link FlowRecord}. The upper bits of a key's hash
 * name its home line; a connection lies there or, if that is full, in one of the lines behind it, no further than
 * {@link FlowGeneration#WINDOW} lines. Each line has a control word beside it that tells how far its connections reach, so that a key found
 * at home costs one line, and one that is not there one line and one control word. Nothing marks a grave: a slot
 * whose connection has ended is empty at once.
 *
 * <h2>A slot's life</h2>
 *
 * <pre>
 * EMPTY --claim--> CLAIMED --promote--> LIVE --free--> EMPTY
 *                     |                   |
 *                     +--abandon--> EMPTY +--move--> MOVED, for good: the area is on its way out
 * </pre>
 *
 * Every arrow but the abandoning of one's own claim is a compare-and-set of the meta word, the only word of a connection that
 * changes while it is live, links aside. A claim takes a new version, so that who still has the slot's former meta word
 * in hand fails. A change of state, deadline or flags is a compare-and-set from exactly what a lookup read; who fails
 * looks the key up again and finds what it has become, wherever it is now. Most packets look and change in one go, by
 * {@link FastPath}.
 *
 * <h2>Insertion</h2>
 *
 * Two threads must not insert one key twice, side by side in different slots. All insertions at one home are put into an
 * order by its control word: read it, finish what it names, look for the key, claim and fill a slot, then compare-and-set the
 * control word to name that slot. This is the commit; who finds the word's sequence changed gives the claim up and begins
 * again. Then the slot is made live, by its owner or by the next one who finds it named.
 *
 * <h2>Growing and shrinking</h2>
 *
 * A new {@link FlowGeneration} takes all insertions while each of them, and each tick, moves a few lines of the old one
 * ({@link FlowMigration}). Searches look into the old area first: a connection moves forward only, so it is not missed. An
 * insertion freezes its home in the old area before it looks there, so that what it does not find cannot appear any more.
 * Shrinking is announced before it begins; an insertion that would make the rest too much for the smaller area calls it off.
 *
 * <h2>Time</h2>
 *
 * Each area has a wheel of ticks ({@link FlowWheel}). A packet moves the deadline in the meta word and touches the wheel only
 * if it comes closer. A slot remembers where on the ring the node is that looks at it next, and, since a node cannot be taken
 * out of a stack, where one is that it has left behind because a deadline came closer. It keeps both beyond the end of its
 * connection: the next one in the slot uses the same nodes, so that a slot mostly has one, and two where connections
 * end long before their time. A slot's look clears the memory first and reads the deadline second, a packet
 * writes the deadline first and reads the memory second, so one of them sees to it that the slot is looked at again.
 * The ring of a large area is longer than any default timeout; what lasts longer is looked at once in each turn.
 *
 * <h2>Progress</h2>
 *
 * Lookups are lock-free, and wait-free while keys are not recycled under them; they never wait for a writer. Insertions,
 * changes, removals, expiry and moving are lock-free: a step fails only because another one has succeeded, and what somebody
 * has begun, others finish. A tick belongs to the thread that has taken it, a timer to the one that is about to put it on the
 * wheel: while that is held up, what ends there ends late.
 *
 * <h2>What was given up</h2>
 *
 * The memory of both areas is in use while one replaces the other. A million IPv4 connections take 63 bytes each, nodes
 * included; the figure swings between 53 and 65 with the load, with some 8 more for the second nodes of connections
 * that end long before their time. Versions have 16 bits: a thread that sleeps while one slot is used a multiple of 65,535
 * times and then reads the same state and deadline would take one connection for another; within a lookup the keys are compared
 * as well. A connection for which the window of a new area has no room is dropped and counted; at these loads that is less
 * likely than a fault of the memory.
 *
 * <h2>How it can be attacked</h2>
 *
 * By keys that collide: the hash mixes a seed of 64 secret bits into products, and nothing that a client can see tells
 * where its connection lies; the window bounds what a collision costs. By numbers: the caller keeps a ceiling. By deadlines
 * that come closer three times within one life, as if a client resets a connection and at once opens it again: the slot
 * forgets a node, which stays on the wheel until its tick. At three nodes for each slot no more are spent and ends come later.
 */
final class FlowTable {
    /** Told of each connection that has ended by time, exactly once. */
    interface Ending {
        /** The probe's connection, of which it gives key, identity, controller and last meta word, is not in the table any more. */
        void ended(FlowLookup probe);
    }

    /** Shown each connection. */
    interface Visitor {
        /** The probe is valid during the call only, but may be passed to the table's methods. */
        void visit(FlowLookup probe);
    }

    /** The areas in use, and whether the only one is about to be replaced by a smaller one. */
    private record Areas(FlowGeneration current, @Nullable FlowGeneration old, boolean shrinking) {}

    private static final AtomicReferenceFieldUpdater<FlowTable, Areas> AREAS =
            AtomicReferenceFieldUpdater.newUpdater(FlowTable.class, Areas.class, "areas");
    private static final int MIN_HOMES = 64;
    private static final int ATTEMPTS = 4;
    private static final int STEPS_PER_TICK = 32;
    private static final int TEND_MASK = 7;

    private final boolean wide;
    private final long seed;
    private final long secondSeed;
    private final Ending ending;
    private final AtomicInteger nextTick;
    private final LongAdder size = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final PerThread<FlowLookup> scratch = new PerThread<>(FlowLookup::new);

    // Replaced by compare-and-set; volatile publishes what is in the areas.
    private volatile Areas areas;

    /** An empty table, for IPv6 if wide; nobody outside may know the seed; the first tick is the first to advance to. */
    FlowTable(boolean wide, long seed, int firstTick, Ending ending) {
        this.wide = wide;
        this.seed = seed;
        secondSeed = FlowLookup.second(seed);
        this.ending = ending;
        nextTick = new AtomicInteger(firstTick);
        areas = new Areas(new FlowGeneration(this, wide, MIN_HOMES, 1), null, false);
    }

    int nextTick() {
        return nextTick.get();
    }

    /** Hashes the probe's key. */
    void hash(FlowLookup probe) {
        probe.hash(wide, seed, secondSeed);
    }

    // ---- finding and changing

    /** Looks for the probe's key; the probe then knows where it is and how its meta word reads. */
    boolean find(FlowLookup probe) {
        hash(probe);
        return look(probe);
    }

    /** The only area; or null while one replaces another. */
    @Nullable
    FlowGeneration settled() {
        Areas now = areas;
        return now.old == null ? now.current : null;
    }

    /** The hash of an IPv4 key. */
    int hash(long addresses, long identity) {
        return FlowLookup.hash(addresses, identity, seed, secondSeed);
    }

    /** Has the memory fetched where a key probably is. */
    void touch(long first, long second, long third, long fourth, long identity) {
        areas.current.touch(
                wide
                        ? FlowLookup.hash(first, second, third, fourth, identity, seed, secondSeed)
                        : FlowLookup.hash(first, identity, seed, secondSeed));
    }

    private boolean look(FlowLookup probe) {
        while (true) {
            Areas now = areas;
            FlowGeneration old = now.old;
            // The older one first: a connection moves from it to the newer one, never back.
            if (old != null && old.find(probe, now.current) == FlowGeneration.FOUND) {
                return true;
            }
            int result = now.current.find(probe, null);
            if (result != FlowGeneration.OUTDATED) {
                return result == FlowGeneration.FOUND;
            }
        }
    }

    /**
     * Changes the meta word of what the probe has found, from what it read to something else of the same status and version.
     *
     * @return whether it still read so, also if nothing is to change; if not, look again
     */
    boolean change(FlowLookup probe, long meta) {
        FlowGeneration area = area(probe);
        if (area == null || !area.change(probe.slot, probe.meta, meta)) {
            return false;
        }
        probe.meta = meta;
        return true;
    }

    /** The area where a probe has found something; null if it is not in use any more, and what was there has moved on. */
    @Nullable
    FlowGeneration area(FlowLookup probe) {
        Areas now = areas;
        if (probe.generation == now.current.generation) {
            return now.current;
        }
        if (probe.generation == 0) {
            throw new IllegalStateException("the probe has found nothing");
        }
        return now.old != null && probe.generation == now.old.generation ? now.old : null;
    }

    // ---- inserting

    /**
     * Inserts the probe's key with the server in its identity word, or finds the connection that has it already.
     *
     * @param fields as {@link FlowRecord#fields} makes them
     * @return whether it was inserted; if not, the probe has found the other one, or nothing if there is no place
     */
    boolean insert(FlowLookup probe, int controller, long fields) {
        hash(probe);
        int failures = 0;
        while (true) {
            Areas now = areas;
            FlowGeneration old = now.old;
            FlowGeneration current = now.current;
            if (now.shrinking && size.sum() > current.homeSlots() / 6) {
                AREAS.compareAndSet(this, now, new Areas(current, null, false));
                continue;
            }
            if (old != null) {
                // Nobody may insert the key into the older area from here on, so what is not in it now never will be.
                old.freeze(old.home(probe.hash));
                if (old.find(probe, current) == FlowGeneration.FOUND) {
                    return false;
                }
            }
            int home = current.home(probe.hash);
            long control = current.control(home);
            if (HomeWord.frozen(control)) {
                continue;
            }
            current.settle(home, control);
            int result = current.find(probe, null);
            if (result == FlowGeneration.FOUND) {
                return false;
            }
            if (result == FlowGeneration.OUTDATED) {
                continue;
            }
            int slot = current.claim(probe, controller, fields);
            if (slot < 0) {
                if (++failures == ATTEMPTS) {
                    probe.generation = 0;
                    dropped.increment();
                    return false;
                }
                finish(now);
                Areas after = areas;
                // Only if nobody else has grown it meanwhile, or this would make it smaller again.
                if (after.current == current) {
                    resize(after, current.larger());
                }
                continue;
            }
            long meta = FlowRecord.withStatus(current.meta(slot), FlowRecord.LIVE);
            // Before it is known, so that its end depends on nobody; and again, for a tick may have come by too early.
            current.arm(slot, FlowRecord.deadline(meta));
            if (current.commit(home, slot, control)) {
                probe.controller = controller;
                probe.at(current, slot, meta);
                size.increment();
                current.arm(slot, FlowRecord.deadline(meta));
                // To ask how many there are takes lines away from all who count: one key in so many does.
                if (old != null || (probe.hash & TEND_MASK) == 0) {
                    tend();
                }
                return true;
            }
        }
    }

    // ---- ending

    /** Removes what the probe has found if it still reads as it did. */
    boolean remove(FlowLookup probe) {
        FlowGeneration area = area(probe);
        if (area == null || !area.free(area.home(probe.hash), probe.slot, probe.meta)) {
            return false;
        }
        size.decrement();
        return true;
    }

    /** Ends a connection by time, if it still reads so. */
    boolean expire(FlowGeneration area, int slot, long meta) {
        FlowLookup probe = scratch.get();
        area.read(slot, probe);
        probe.controller = FlowRecord.controller(area.word(slot, FlowRecord.LINKS));
        probe.meta = meta;
        hash(probe);
        if (!area.free(area.home(probe.hash), slot, meta)) {
            return false;
        }
        size.decrement();
        ending.ended(probe);
        return true;
    }

    /** Ends a connection for which there is no place in the next area. */
    boolean drop(FlowGeneration area, int slot, long meta) {
        if (!expire(area, slot, meta)) {
            return false;
        }
        dropped.increment();
        return true;
    }

    /** Ends what is due up to a tick, each at its own tick, and moves a little if there is something to move. */
    void advance(int tick) {
        boolean moving = false;
        for (int next = nextTick.get(); next - tick <= 0; next = nextTick.get()) {
            if (nextTick.compareAndSet(next, next + 1)) {
                moving = true;
                Areas now = areas;
                if (now.old != null) {
                    now.old.turn(next);
                }
                now.current.turn(next);
            }
        }
        for (int i = 0; moving && i < STEPS_PER_TICK; i++) {
            moving = tend();
        }
    }

    // ---- size

    /** Moves a few lines, or begins to grow or shrink if it is time to. Returns whether there was anything to do. */
    private boolean tend() {
        Areas now = areas;
        FlowGeneration current = now.current;
        long count = size.sum();
        if (now.old != null) {
            if (FlowMigration.step(now.old, current, scratch.get())) {
                AREAS.compareAndSet(this, now, new Areas(current, null, false));
            } else if (count > current.limit()) {
                // Somebody has begun a part of the sweep and does not get on with it.
                finish(now);
            }
        } else if (count > current.limit()) {
            resize(now, current.larger());
        } else if (current.homes > MIN_HOMES && count < current.homeSlots() / 8) {
            if (now.shrinking) {
                resize(now, Math.max(MIN_HOMES, current.homes / 4));
            } else {
                // Announced first: from here on insertions watch that what there is fits into the smaller one.
                AREAS.compareAndSet(this, now, new Areas(current, null, true));
            }
        } else {
            return false;
        }
        return true;
    }

    private void resize(Areas now, int homes) {
        if (now.old == null) {
            FlowGeneration next = new FlowGeneration(this, wide, homes, now.current.generation + 1);
            AREAS.compareAndSet(this, now, new Areas(next, now.current, false));
        }
    }

    private void finish(Areas now) {
        if (now.old != null) {
            FlowMigration.finish(now.old, now.current, new FlowLookup());
            AREAS.compareAndSet(this, now, new Areas(now.current, null, false));
        }
    }

    /** How many connections there are; exact at rest. */
    long size() {
        return size.sum();
    }

    /** How many there was no place for, which hardly ever happens. */
    long dropped() {
        return dropped.sum();
    }

    /** How many bytes it occupies. */
    long bytes() {
        Areas now = areas;
        return now.current.bytes() + (now.old == null ? 0 : now.old.bytes());
    }

    /** Shows every connection that stays meanwhile, and perhaps others; one that is moved meanwhile may be shown twice. */
    void forEach(FlowLookup probe, Visitor visitor) {
        Areas now;
        do {
            now = areas;
            if (now.old != null) {
                forEach(now.old, probe, visitor);
            }
            forEach(now.current, probe, visitor);
            // Once more if others have come into use: what was moved on before its turn is there.
        } while (areas.current != now.current);
    }

    private void forEach(FlowGeneration area, FlowLookup probe, Visitor visitor) {
        int end = FlowMemory.firstSlot(area.lines);
        for (int slot = 0; slot < end; slot = area.after(slot)) {
            if (area.untouched(slot)) {
                continue;
            }
            long meta = area.meta(slot);
            if (FlowRecord.status(meta) == FlowRecord.LIVE) {
                area.read(slot, probe);
                probe.controller = FlowRecord.controller(area.word(slot, FlowRecord.LINKS));
                if (FlowRecord.version(area.meta(slot)) == FlowRecord.version(meta)) {
                    hash(probe);
                    probe.at(area, slot, meta);
                    visitor.visit(probe);
                }
            }
        }
    }
}
