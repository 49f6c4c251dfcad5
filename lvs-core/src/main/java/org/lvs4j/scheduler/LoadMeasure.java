package org.lvs4j.scheduler;

/**
 * The figure by which least-connection schedulers compare servers: a load, divided by the weight or not. Loads are
 * compared as cross products, without a division; this is exact up to 16 million active connections on servers of any
 * weight. Ties go to the newest server.
 *
 * @param activeFactor the load of an active connection
 * @param inactiveFactor the load of an inactive connection
 * @param newFactor the load of the connection being scheduled
 * @param byWeight whether the load is divided by the weight
 * @param idleFirst whether a server without an active connection has load 0
 */
record LoadMeasure(int activeFactor, int inactiveFactor, int newFactor, boolean byWeight, boolean idleFirst) {
    static final LoadMeasure LEAST_CONNECTION = new LoadMeasure(256, 1, 0, false, false);
    static final LoadMeasure WEIGHTED_LEAST_CONNECTION = new LoadMeasure(256, 1, 0, true, false);
    static final LoadMeasure SHORTEST_EXPECTED_DELAY = new LoadMeasure(1, 0, 1, true, false);
    static final LoadMeasure NEVER_QUEUE = new LoadMeasure(1, 0, 1, true, true);

    /** The load of a server by its {@link Servers#connections}. */
    long load(long connections) {
        int active = (int) (connections >>> Integer.SIZE);
        if (idleFirst && active == 0) {
            return 0;
        }
        return (long) activeFactor * active + (long) inactiveFactor * (int) connections + newFactor;
    }

    /** The divisor of the load of a server of some weight. */
    int divisor(int weight) {
        return byWeight ? weight : 1;
    }

    /** The first available server with the least load, found by a scan of the list, or {@link Scheduler#NONE}. */
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

    /** The divided load of a server, for explanations. */
    double cost(Servers servers, int index) {
        return (double) load(servers.connections(index)) / divisor(servers.weight(index));
    }
}
