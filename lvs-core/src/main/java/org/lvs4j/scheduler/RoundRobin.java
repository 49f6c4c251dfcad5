package org.lvs4j.scheduler;

/**
 * {@code rr}: each available server in turn, whatever its weight.
 *
 * <p>The place is that of the server chosen last, counted from 1, or 0 for the head of the list. It follows its server
 * through changes; when that server leaves, the one before it takes its place. How threads share it, and how far they
 * get ahead of one another while they race, is in {@link SharedSequence}.
 */
final class RoundRobin extends SharedSequence {
    private RoundRobin(long place) {
        super(place);
    }

    @Override
    int server(long place) {
        return (int) place - 1;
    }

    @Override
    long next(Servers servers, long from) {
        int size = servers.size();
        long place = from;
        for (int step = 0; step < size; step++) {
            place = place < size ? place + 1 : 1;
            if (servers.available((int) place - 1)) {
                return place;
            }
        }
        return from | NOT_FOUND;
    }

    @Override
    long skip(Servers servers, long from, int turns) {
        long place = from + turns;
        return place <= servers.size() ? place : (place - 1) % servers.size() + 1;
    }

    @Override
    public Scheduler added(Servers now) {
        long last = place();
        return new RoundRobin(last == 0 ? 0 : last + 1);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        long last = place();
        return new RoundRobin(index < last ? last - 1 : last);
    }

    /** Makes {@code rr} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "rr";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new RoundRobin(0);
        }
    }
}
