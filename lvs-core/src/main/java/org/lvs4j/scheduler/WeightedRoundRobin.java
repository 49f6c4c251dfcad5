package org.lvs4j.scheduler;

/**
 * {@code wrr}: the classic walk of IPVS, in which the heavy servers come in bursts at the start of a round.
 *
 * <p>The walk goes through the list at a current weight and takes each server that weighs at least as much. At
 * the end of the list the current weight drops by the greatest common divisor of all weights, from the maximum
 * down to 1, and starts over. A change of the list puts the walk back to the head and keeps the current weight
 * if that is still in range.
 *
 * <p>Weights are counted in units of the common divisor here: at the current weight {@code (n - 1) * divisor + 1} a
 * server is taken that weighs {@code n} units or more. The whole walk is written down beforehand unless it is too long
 * ({@link WeightedSequence}): the next turn is that of the next word, unless its server is overloaded. Then, and where nothing
 * is written down, {@link WeightSearch} finds the next server heavy enough. Rounds in which every heavy server is overloaded
 * are skipped in one step, so a pick never walks the list more than a few times, whatever the weights.
 *
 * <p>How threads share the walk, and how far they get ahead of one another while they race, is in {@link SharedSequence}.
 */
final class WeightedRoundRobin extends SharedSequence {
    // A place is the number of a written turn, WRITTEN added; or the index of the server above the current weight.
    private static final int WEIGHT_BITS = 31;
    private static final int INDEX_MASK = (1 << PLACE_BITS - WEIGHT_BITS) - 1;
    private static final long WRITTEN = (long) INDEX_MASK << WEIGHT_BITS;
    private static final int HEAD = -1;

    private final WeightSearch search;
    private final WeightedSequence sequence;
    private final long lastWritten;
    private final int divisor;

    /** Of the heaviest server, in units. */
    private final int most;

    private WeightedRoundRobin(WeightSearch search, WeightedSequence sequence, int divisor, int currentWeight) {
        super(pack(HEAD, unitsInRange(currentWeight, divisor, search.heaviest())));
        this.search = search;
        this.sequence = sequence;
        this.divisor = divisor;
        most = search.heaviest();
        lastWritten = WRITTEN + sequence.length() - 1;
    }

    private static WeightedRoundRobin of(Servers servers, int currentWeight) {
        int gcd = 0;
        for (int i = 0; i < servers.size(); i++) {
            gcd = gcd(servers.weight(i), gcd);
        }
        int divisor = Math.max(gcd, 1);
        return new WeightedRoundRobin(
                new WeightSearch(servers, divisor), WeightedSequence.of(servers, divisor), divisor, currentWeight);
    }

    private static int unitsInRange(int currentWeight, int divisor, int most) {
        // The lowest step of the walk is exactly 1, which a server of weight zero never reaches.
        if (currentWeight == 0 || currentWeight > (most - 1) * (long) divisor + 1) {
            return most;
        }
        return divisor > 1 ? currentWeight / divisor + 1 : currentWeight;
    }

    /** As IPVS counts it, for the successor. */
    private int currentWeight() {
        int units = units(place());
        return units == 0 ? 0 : (units - 1) * divisor + 1;
    }

    private static long pack(int index, int units) {
        return (long) (index + 1) << WEIGHT_BITS | units;
    }

    private int units(long place) {
        return place >= WRITTEN ? sequence.units((int) (place - WRITTEN)) : (int) place & Integer.MAX_VALUE;
    }

    @Override
    int server(long place) {
        return place >= WRITTEN
                ? sequence.server((int) (place - WRITTEN))
                : ((int) (place >>> WEIGHT_BITS) & INDEX_MASK) - 1;
    }

    /** The place of a server that weighs enough. */
    private long placeOf(int index, int units) {
        return sequence.length() == 0 ? pack(index, units) : WRITTEN + sequence.turn(units, index);
    }

    @Override
    long next(Servers servers, long from) {
        if (most == 0) {
            return from | NOT_FOUND;
        }
        long after = skip(servers, from, 1);
        return servers.overloaded(server(after)) ? walk(servers, server(from), units(from)) : after;
    }

    @Override
    long skip(Servers servers, long from, int turns) {
        if (from >= WRITTEN) {
            long place = from + turns;
            return place <= lastWritten ? place : WRITTEN + (place - WRITTEN) % sequence.length();
        }
        int units = units(from);
        int index = server(from);
        for (int turn = 0; turn < turns; turn++) {
            index = search.next(index + 1, units);
            if (index == servers.size()) {
                units = units > 1 ? units - 1 : most;
                index = search.next(0, units);
            }
        }
        return placeOf(index, units);
    }

    private int nextInRound(Servers servers, int index, int units) {
        int size = servers.size();
        for (int i = search.next(index + 1, units); i < size; i = search.next(i + 1, units)) {
            if (!servers.overloaded(i)) {
                return i;
            }
        }
        return NONE;
    }

    /** The walk step by step, which heeds overloads: the place after one turn, or a place that no server was found from. */
    private long walk(Servers servers, int start, int startUnits) {
        int size = servers.size();
        int units = startUnits;
        int stop = size;
        boolean restarted = false;
        boolean lastPass = false;
        int index = start;
        while (true) {
            index = nextInRound(servers, index, units);
            if (index != NONE && index <= stop) {
                return placeOf(index, units);
            }
            if (stop < size) {
                return pack(start, units) | NOT_FOUND;
            }
            index = HEAD;
            units--;
            if (units == 0) {
                units = most;
                if (lastPass || start == HEAD) {
                    return pack(start, units) | NOT_FOUND;
                }
                restarted = true;
            }
            units = skipEmptyRounds(servers, units);
            lastPass = units == 1;
            if (lastPass && restarted && start != HEAD) {
                stop = start;
            }
        }
    }

    /** The first weight of the descending rounds at which some server may be taken, or the last one. */
    private int skipEmptyRounds(Servers servers, int units) {
        if (nextInRound(servers, HEAD, units) != NONE) {
            return units;
        }
        int heaviest = 0;
        for (int i = 0; i < servers.size(); i++) {
            if (servers.weight(i) > heaviest && !servers.overloaded(i)) {
                heaviest = servers.weight(i);
            }
        }
        return Math.max(1, Math.min(heaviest / divisor, units));
    }

    @Override
    public Scheduler added(Servers now) {
        return of(now, currentWeight());
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return of(now, currentWeight());
    }

    @Override
    public Scheduler edited(Servers now, int index) {
        return of(now, currentWeight());
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
            return of(servers, 0);
        }
    }
}
