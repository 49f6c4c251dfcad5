package org.lvs4j.scheduler;

/**
 * By what schedulers compare servers: a load, divided by the weight or not. Loads are compared as cross products, never
 * divided; those of up to 16 million active connections on servers of any weight are exact. Ties go to the newest server.
 *
 * @param activeWorth what an active connection counts
 * @param inactiveWorth what an inactive connection counts
 * @param own what the connection to come counts
 * @param byWeight whether heavier servers get more
 * @param idleFirst whether a server without an active connection has no load at all
 */
record LoadMeasure(int activeWorth, int inactiveWorth, int own, boolean byWeight, boolean idleFirst) {
    static final LoadMeasure LEAST_CONNECTION = new LoadMeasure(256, 1, 0, false, false);
    static final LoadMeasure WEIGHTED_LEAST_CONNECTION = new LoadMeasure(256, 1, 0, true, false);
    static final LoadMeasure SHORTEST_EXPECTED_DELAY = new LoadMeasure(1, 0, 1, true, false);
    static final LoadMeasure NEVER_QUEUE = new LoadMeasure(1, 0, 1, true, true);

    /** The load of a server that has so many {@link Servers#connections}. */
    long load(long connections) {
        int active = (int) (connections >>> Integer.SIZE);
        if (idleFirst && active == 0) {
            return 0;
        }
        return (long) activeWorth * active + (long) inactiveWorth * (int) connections + own;
    }

    /** What the load of a server of this weight is divided by. */
    int divisor(int weight) {
        return byWeight ? weight : 1;
    }

    /** The first available server with the least load, found by looking at each, or {@link Scheduler#NONE}. */
    int least(Servers servers) {
        int best = Scheduler.NONE;
        long bestLoad = 0;
        long bestDivisor = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i)) {
                long load = load(servers.connections(i));
                long divisor = divisor(servers.weight(i));
                if (best == Scheduler.NONE || bestLoad * divisor > load * bestDivisor) {
                    best = i;
                    bestLoad = load;
                    bestDivisor = divisor;
                }
            }
        }
        return best;
    }

    /** For explanations: the load of a server, divided. */
    double cost(Servers servers, int index) {
        return (double) load(servers.connections(index)) / divisor(servers.weight(index));
    }
}
