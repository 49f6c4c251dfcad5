package org.lvs4j.scheduler;

import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;

/**
 * {@code peak-ewma}: the available server with the least {@code latency * (active + 1) / weight}. Ours, not of IPVS.
 *
 * <p>The latency is what {@link #observed} was told: a longer one counts at once, shorter ones bring the average down
 * with a time constant of 10 s, and so does silence, so that a slow server is tried again. A server that has told
 * nothing yet gets a first connection at once and, while that is active, counts as having a latency of 1 s. Without any
 * observation the rule is that of {@code nq}.
 *
 * <p>What was observed about a server survives changes of the list while it stays.
 */
final class PeakEwma implements Scheduler {
    private static final double UNKNOWN_LATENCY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SchedulerContext context;
    private final LatencyAverage[] averages;

    // The averages once more, in the order of the server numbers.
    private final int[] sortedIds;
    private final LatencyAverage[] sortedAverages;

    private PeakEwma(Servers servers, LatencyAverage[] averages, SchedulerContext context) {
        this.context = context;
        this.averages = averages;
        Integer[] order = new Integer[averages.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(servers::id));
        sortedIds = new int[order.length];
        sortedAverages = new LatencyAverage[order.length];
        for (int i = 0; i < order.length; i++) {
            sortedIds[i] = servers.id(order[i]);
            sortedAverages[i] = averages[order[i]];
        }
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long now = context.nanoTime();
        int best = NONE;
        double bestCost = Double.POSITIVE_INFINITY;
        for (int i = 0; i < averages.length; i++) {
            if (servers.available(i)) {
                double cost = cost(servers, i, now);
                if (best == NONE || cost < bestCost) {
                    best = i;
                    bestCost = cost;
                }
            }
        }
        return best;
    }

    /** In nanoseconds per weight. */
    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return cost(servers, index, context.nanoTime());
    }

    private double cost(Servers servers, int index, long nowNanos) {
        int active = servers.active(index);
        double latency = averages[index].nanos(nowNanos);
        if (Double.isNaN(latency)) {
            latency = active == 0 ? 0 : UNKNOWN_LATENCY_NANOS;
        }
        return latency * (active + 1.0) / servers.weight(index);
    }

    @Override
    public void observed(int serverId, long latencyNanos) {
        int at = Arrays.binarySearch(sortedIds, serverId);
        if (at >= 0) {
            sortedAverages[at].observe(latencyNanos, context.nanoTime());
        }
    }

    @Override
    public Scheduler added(Servers now) {
        LatencyAverage[] grown = new LatencyAverage[averages.length + 1];
        grown[0] = new LatencyAverage();
        System.arraycopy(averages, 0, grown, 1, averages.length);
        return new PeakEwma(now, grown, context);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        LatencyAverage[] shrunk = new LatencyAverage[averages.length - 1];
        System.arraycopy(averages, 0, shrunk, 0, index);
        System.arraycopy(averages, index + 1, shrunk, index, shrunk.length - index);
        return new PeakEwma(now, shrunk, context);
    }

    /** Makes {@code peak-ewma} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "peak-ewma";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            LatencyAverage[] averages = new LatencyAverage[servers.size()];
            Arrays.setAll(averages, i -> new LatencyAverage());
            return new PeakEwma(servers, averages, context);
        }
    }
}
