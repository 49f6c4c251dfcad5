package org.lvs4j.scheduler;

/**
 * {@code wrr}, weighted round robin: the interleaved walk of IPVS, in which servers of great weight come in bursts at
 * the start of a cycle.
 *
 * <p>The walk goes through the list in rounds. The round of a current weight visits each server of at least that
 * weight. After a round the current weight drops by the greatest common divisor of all weights, from the maximum down
 * to 1, and the cycle starts over. A change of the list moves the walk to the head of the list and keeps the current
 * weight if that is still in range.
 *
 * <p>This class counts weights in units of the common divisor: the round of the current weight {@code (n - 1) * divisor
 * + 1} visits servers of {@code n} units or more. {@link WeightedSequence} precomputes the turns of a cycle unless
 * there are too many; the next turn is then the next word, unless its server is overloaded. In that case, and without a
 * precomputed cycle, {@link WeightSearch} finds the next server of enough weight. Rounds in which every such server is
 * overloaded are skipped in one step, so a pick scans the list at most a few times, regardless of the weights.
 *
 * <p>{@link SharedSequence} describes how threads share the walk.
 */
final class WeightedRoundRobin extends SharedSequence {
    // A position is PRECOMPUTED plus the number of a precomputed turn; or an index plus 1 above a current
    // weight in units.
    private static final int WEIGHT_BITS = 31;
    private static final int INDEX_MASK = (1 << POSITION_BITS - WEIGHT_BITS) - 1;
    private static final long PRECOMPUTED = (long) INDEX_MASK << WEIGHT_BITS;

    /** The index before the first server. */
    private static final int HEAD = -1;

    private final WeightSearch search;
    private final WeightedSequence sequence;
    private final long lastTurn;
    private final int divisor;

    /** The greatest weight in units. */
    private final int maxUnits;

    private WeightedRoundRobin(WeightSearch search, WeightedSequence sequence, int divisor, int currentWeight) {
        super(pack(HEAD, unitsInRange(currentWeight, divisor, search.heaviest())));
        this.search = search;
        this.sequence = sequence;
        this.divisor = divisor;
        maxUnits = search.heaviest();
        lastTurn = PRECOMPUTED + sequence.length() - 1;
    }

    /** The walk of a list from its start. */
    static WeightedRoundRobin of(Servers servers) {
        return of(servers, 0);
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

    private static int unitsInRange(int currentWeight, int divisor, int maxUnits) {
        if (currentWeight == 0 || currentWeight > (maxUnits - 1) * (long) divisor + 1) {
            return maxUnits;
        }
        return divisor > 1 ? currentWeight / divisor + 1 : currentWeight;
    }

    /** The current weight as IPVS counts it, for the scheduler of the next list. */
    private int currentWeight() {
        return currentWeight(units(position()), divisor);
    }

    private static int currentWeight(int units, int divisor) {
        return units == 0 ? 0 : (units - 1) * divisor + 1;
    }

    private static long pack(int index, int units) {
        return (long) (index + 1) << WEIGHT_BITS | units;
    }

    private int units(long position) {
        return position >= PRECOMPUTED
                ? sequence.units((int) (position - PRECOMPUTED))
                : (int) position & Integer.MAX_VALUE;
    }

    @Override
    int server(long position) {
        return position >= PRECOMPUTED
                ? sequence.server((int) (position - PRECOMPUTED))
                : ((int) (position >>> WEIGHT_BITS) & INDEX_MASK) - 1;
    }

    /** The position of the turn of a server in a round that visits it. */
    private long positionOf(int index, int units) {
        return sequence.length() == 0 ? pack(index, units) : PRECOMPUTED + sequence.turn(units, index);
    }

    @Override
    long next(Servers servers, long from) {
        if (maxUnits == 0) {
            return from | NOT_FOUND;
        }
        long after = skip(servers, from, 1);
        return servers.overloaded(server(after)) ? walk(servers, server(from), units(from)) : after;
    }

    @Override
    long skip(Servers servers, long from, int turns) {
        if (from >= PRECOMPUTED) {
            long position = from + turns;
            return position <= lastTurn ? position : PRECOMPUTED + (position - PRECOMPUTED) % sequence.length();
        }
        int units = units(from);
        int index = server(from);
        for (int turn = 0; turn < turns; turn++) {
            index = search.next(index + 1, units);
            if (index == servers.size()) {
                units = units > 1 ? units - 1 : maxUnits;
                index = search.next(0, units);
            }
        }
        return positionOf(index, units);
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

    /**
     * Walks step by step past overloaded servers: the position after one turn, or the position to keep,
     * with {@link #NOT_FOUND}.
     */
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
                return positionOf(index, units);
            }
            if (stop < size) {
                return pack(start, units) | NOT_FOUND;
            }
            index = HEAD;
            units--;
            if (units == 0) {
                units = maxUnits;
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

    /** The weight of the next round that visits an available server, or of the last round. */
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
    public Scheduler serverAdded(Servers servers) {
        return of(servers, currentWeight());
    }

    /** Only the current weight depends on the lists between the old and the new one. */
    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        int current = currentWeight();
        int gcd = 0;
        int heaviest = 0;
        for (int i = servers.size() - 1; i > 0; i--) {
            gcd = gcd(servers.weight(i), gcd);
            heaviest = Math.max(heaviest, servers.weight(i));
            if (i < count) {
                int unit = Math.max(gcd, 1);
                current = currentWeight(unitsInRange(current, unit, heaviest / unit), unit);
            }
        }
        return of(servers, current);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return of(servers, currentWeight());
    }

    @Override
    public Scheduler serverEdited(Servers servers, int index) {
        return of(servers, currentWeight());
    }

    static int gcd(int a, int b) {
        int x = a;
        int y = b;
        while (y != 0) {
            int remainder = x % y;
            x = y;
            y = remainder;
        }
        return x;
    }
}
