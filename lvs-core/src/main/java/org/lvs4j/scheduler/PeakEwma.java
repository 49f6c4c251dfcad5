package org.lvs4j.scheduler;

import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;

/**
 * {@code peak-ewma}: the available server with the least {@code latency * (active + 1) / weight}. Not part of IPVS.
 *
 * <p>The latency of a server is a {@link LatencyAverage} of {@linkplain #latencyObserved reported} response times: a
 * longer one raises it at once, shorter ones and the absence of reports lower it with a time constant of 10 s, so that
 * a slow server is tried again. A server without a report gets a first connection at once, and counts as having a
 * latency of 1 s while that is active. Without any report the rule is that of {@code nq}.
 *
 * <p>The average of a server survives changes of the list as long as the server is in it. The idea is that of Finagle's
 * "Peak EWMA" load balancer (Twitter, 2014).
 */
final class PeakEwma implements Scheduler {
    private static final double UNKNOWN_LATENCY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SchedulerContext context;
    private final LatencyAverage[] averages;

    // The averages again, sorted by the id of their server.
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

    static PeakEwma of(Servers servers, SchedulerContext context) {
        LatencyAverage[] averages = new LatencyAverage[servers.size()];
        Arrays.setAll(averages, i -> new LatencyAverage());
        return new PeakEwma(servers, averages, context);
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

    /** In nanoseconds per unit of weight. */
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
    public void latencyObserved(int serverId, long latencyNanos) {
        int at = Arrays.binarySearch(sortedIds, serverId);
        if (at >= 0) {
            sortedAverages[at].observe(latencyNanos, context.nanoTime());
        }
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        return serversAdded(servers, 1);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        LatencyAverage[] grown = new LatencyAverage[averages.length + count];
        Arrays.setAll(grown, i -> i < count ? new LatencyAverage() : averages[i - count]);
        return new PeakEwma(servers, grown, context);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        LatencyAverage[] shrunk = new LatencyAverage[averages.length - 1];
        System.arraycopy(averages, 0, shrunk, 0, index);
        System.arraycopy(averages, index + 1, shrunk, index, shrunk.length - index);
        return new PeakEwma(servers, shrunk, context);
    }
}
