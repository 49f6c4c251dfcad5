package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.net.Flow;

/**
 * {@code wrr}: the classic walk of IPVS, in which the heavy servers come in bursts at the start of a round.
 *
 * <p>The walk goes through the list at a current weight and takes each server that weighs at least as much. At
 * the end of the list the current weight drops by the greatest common divisor of all weights, from the maximum
 * down to 1, and starts over. A change of the list puts the walk back to the head and keeps the current weight
 * if that is still in range.
 *
 * <p>Place and current weight are one 64-bit word, moved by compare-and-set: the sequence is exact under any
 * number of threads, and a pick that loses a race tries again. Rounds in which every heavy server is overloaded
 * are skipped in one step, so a pick never walks the list more than a few times, whatever the weights. Servers that
 * weigh too little are not walked by: {@link WeightSearch} finds the next one that weighs enough, so that without
 * overloads a pick takes the logarithm of the number of servers at most.
 */
final class WeightedRoundRobin implements Scheduler {
    private static final VarHandle STATE = stateHandle();
    private static final int HEAD = -1;
    private static final long NOT_FOUND = 1L << 31;

    private final WeightSearch search;
    private final int maxWeight;
    private final int divisor;
    private long state;

    private WeightedRoundRobin(Servers servers, int currentWeight) {
        search = new WeightSearch(servers);
        int gcd = 0;
        for (int i = 0; i < servers.size(); i++) {
            gcd = gcd(servers.weight(i), gcd);
        }
        divisor = Math.max(gcd, 1);
        // The lowest step of the walk is then exactly 1, which a server of weight zero never reaches.
        maxWeight = search.heaviest() - (divisor - 1);
        state = pack(HEAD, inRange(currentWeight));
    }

    private int inRange(int currentWeight) {
        if (currentWeight > maxWeight || currentWeight == 0) {
            return maxWeight;
        }
        return divisor > 1 ? currentWeight / divisor * divisor + 1 : currentWeight;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        if (maxWeight <= 0) {
            return NONE;
        }
        while (true) {
            // Opaque suffices: the word guards no other data, and the compare-and-set below settles races.
            long before = (long) STATE.getOpaque(this);
            long after = advance(servers, before);
            if (STATE.compareAndSet(this, before, after & ~NOT_FOUND)) {
                return (after & NOT_FOUND) == 0 ? index(after) : NONE;
            }
        }
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        if (maxWeight <= 0) {
            return NONE;
        }
        long after = advance(servers, (long) STATE.getOpaque(this));
        return (after & NOT_FOUND) == 0 ? index(after) : NONE;
    }

    /** The state after one pick; with {@link #NOT_FOUND} set if there is no server to be had. */
    private long advance(Servers servers, long before) {
        int size = servers.size();
        int start = index(before);
        int weight = weight(before);
        int stop = size;
        boolean restarted = false;
        boolean lastPass = false;
        int place = start;
        while (true) {
            place = search.next(place + 1, weight);
            while (place < size && place <= stop) {
                if (!servers.overloaded(place)) {
                    return pack(place, weight);
                }
                place = search.next(place + 1, weight);
            }
            if (stop < size) {
                return pack(start, weight) | NOT_FOUND;
            }
            place = HEAD;
            weight -= divisor;
            if (weight <= 0) {
                weight = maxWeight;
                if (lastPass || start == HEAD) {
                    return pack(start, weight) | NOT_FOUND;
                }
                restarted = true;
            }
            weight = skipEmptyRounds(servers, weight);
            lastPass = weight <= divisor;
            if (lastPass && restarted && start != HEAD) {
                stop = start;
            }
        }
    }

    /** The first weight of the descending rounds at which some server may be taken, or the last one. */
    private int skipEmptyRounds(Servers servers, int weight) {
        int size = servers.size();
        for (int i = search.next(0, weight); i < size; i = search.next(i + 1, weight)) {
            if (!servers.overloaded(i)) {
                return weight;
            }
        }
        int heaviest = 0;
        for (int i = 0; i < size; i++) {
            if (servers.weight(i) > heaviest && !servers.overloaded(i)) {
                heaviest = servers.weight(i);
            }
        }
        int floor = Math.max(heaviest, divisor);
        return floor >= weight ? weight : weight - (int) (((long) weight - floor + divisor - 1) / divisor * divisor);
    }

    @Override
    public Scheduler added(Servers now) {
        return successor(now);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return successor(now);
    }

    @Override
    public Scheduler edited(Servers now, int index) {
        return successor(now);
    }

    private Scheduler successor(Servers now) {
        return new WeightedRoundRobin(now, weight((long) STATE.getOpaque(this)));
    }

    private static long pack(int index, int weight) {
        return (long) index << 32 | weight;
    }

    private static int index(long state) {
        return (int) (state >> 32);
    }

    private static int weight(long state) {
        return (int) state & Integer.MAX_VALUE;
    }

    static int gcd(int a, int b) {
        int x = a;
        int y = b;
        while (y != 0) {
            int rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }

    private static VarHandle stateHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(WeightedRoundRobin.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Makes {@code wrr} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "wrr";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new WeightedRoundRobin(servers, 0);
        }
    }
}
