package org.lvs4j.internal.connection;

/**
 * A flow table that has begun to grow: the fixture of the races on migration. The connections of home buckets 16 to 31
 * are still in the old generation, and the next step moves them.
 */
final class GrowingTable {
    /** The number of connections at which one more makes a new table grow. */
    private static final int FULL = 100;

    private static final int FIRST_HOME = 34;

    /** The home bucket of the races. */
    final HomeBucket home;

    private final FlowLookup scratch = new FlowLookup();
    private final FlowGeneration old;
    private final FlowGeneration current;

    private GrowingTable(HomeBucket home, FlowGeneration old, FlowGeneration current) {
        this.home = home;
        this.old = old;
        this.current = current;
    }

    /** A table that one more insertion makes grow, with room in its first home buckets. */
    static HomeBucket full() {
        return filled(1, FULL);
    }

    private static HomeBucket filled(int firstTick, int count) {
        HomeBucket first = HomeBucket.alone(false, firstTick);
        for (int i = 0; i < count; i++) {
            first.insert(ballast(first, i), 1);
        }
        return first;
    }

    private static FlowLookup ballast(HomeBucket bucket, int i) {
        return bucket.at(FIRST_HOME + i / HomeBucket.KEYS).lookup(i % HomeBucket.KEYS);
    }

    /** Makes a full table grow and migrates its first buckets. Returns the current generation. */
    static FlowGeneration grow(HomeBucket bucket) {
        bucket.insert(ballast(bucket, FULL), 1);
        FlowLookup last = ballast(bucket, FULL + 1);
        bucket.insert(last, 1);
        return generation(bucket, last);
    }

    /** A table that grows, with a connection of server 1 that the next step moves. */
    static GrowingTable started(int firstTick, int deadline) {
        HomeBucket home = filled(firstTick, FULL - 1).at(20);
        FlowLookup lookup = home.lookup(0);
        home.insert(lookup, 1, deadline);
        FlowGeneration old = generation(home, lookup);
        FlowGeneration current = grow(home);
        if (current == old) {
            throw new IllegalStateException("the table has not grown");
        }
        return new GrowingTable(home, old, current);
    }

    private static FlowGeneration generation(HomeBucket home, FlowLookup lookup) {
        FlowGeneration generation = home.table.generationOf(lookup);
        if (generation == null) {
            throw new IllegalStateException("not inserted");
        }
        return generation;
    }

    /** Migrates the next buckets. */
    void step() {
        FlowMigration.step(old, current, scratch);
    }

    /** Migrates all buckets. */
    void finish(FlowLookup anyScratch) {
        FlowMigration.finish(old, current, anyScratch);
    }

    boolean isMoved(FlowLookup found) {
        return generation(home, found) == current;
    }
}
