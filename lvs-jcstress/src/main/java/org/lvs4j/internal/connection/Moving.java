package org.lvs4j.internal.connection;

/**
 * A flow table that has begun to grow, as a race on moving needs it: the connections of homes 16 to 31 are still in the
 * older area, and the next step moves them.
 */
final class Moving {
    /** So many connections fill a new table: one more makes it grow. */
    private static final int FULL = 100;

    private static final int FIRST_HOME = 34;

    /** The home that the races are about. */
    final Home home;

    private final FlowLookup scratch = new FlowLookup();
    private final FlowGeneration older;
    private final FlowGeneration newer;

    private Moving(Home home, FlowGeneration older, FlowGeneration newer) {
        this.home = home;
        this.older = older;
        this.newer = newer;
    }

    /** A table that one insertion more makes grow, with room at its first homes. */
    static Home full() {
        return filled(1, FULL);
    }

    private static Home filled(int firstTick, int count) {
        Home first = Home.alone(false, firstTick);
        for (int i = 0; i < count; i++) {
            first.insert(ballast(first, i), 1);
        }
        return first;
    }

    private static FlowLookup ballast(Home any, int i) {
        return any.at(FIRST_HOME + i / Home.KEYS).probe(i % Home.KEYS);
    }

    /** Lets a full table grow and sweeps its first lines. Returns the newer area. */
    static FlowGeneration grow(Home any) {
        any.insert(ballast(any, FULL), 1);
        FlowLookup newest = ballast(any, FULL + 1);
        any.insert(newest, 1);
        return area(any, newest);
    }

    /** A table that grows, with a connection of server 1 at a home that the next step moves. */
    static Moving started(int firstTick, int deadline) {
        Home home = filled(firstTick, FULL - 1).at(20);
        FlowLookup probe = home.probe(0);
        home.insert(probe, 1, deadline);
        FlowGeneration older = area(home, probe);
        FlowGeneration newer = grow(home);
        if (newer == older) {
            throw new IllegalStateException("the table has not grown");
        }
        return new Moving(home, older, newer);
    }

    private static FlowGeneration area(Home home, FlowLookup probe) {
        FlowGeneration area = home.table.area(probe);
        if (area == null) {
            throw new IllegalStateException("not inserted");
        }
        return area;
    }

    /** Moves the next lines. */
    void step() {
        FlowMigration.step(older, newer, scratch);
    }

    /** Moves everything that has not been moved. */
    void finish(FlowLookup anyScratch) {
        FlowMigration.finish(older, newer, anyScratch);
    }

    boolean isMoved(FlowLookup found) {
        return area(home, found) == newer;
    }
}
