package org.lvs4j.scheduler;

/**
 * {@code rr}, round robin: each available server in turn, regardless of its weight.
 *
 * <p>The position is the index of the last chosen server plus 1, or 0 before the first server of the list. It follows
 * its server through changes of the list; when that server leaves, the position moves to the server before it. {@link
 * SharedSequence} describes how threads share the position.
 */
final class RoundRobin extends SharedSequence {
    RoundRobin() {
        this(0);
    }

    private RoundRobin(long position) {
        super(position);
    }

    @Override
    int server(long position) {
        return (int) position - 1;
    }

    @Override
    long next(Servers servers, long from) {
        int size = servers.size();
        long position = from;
        for (int step = 0; step < size; step++) {
            position = position < size ? position + 1 : 1;
            if (servers.available((int) position - 1)) {
                return position;
            }
        }
        return from | NOT_FOUND;
    }

    @Override
    long skip(Servers servers, long from, int turns) {
        long position = from + turns;
        return position <= servers.size() ? position : (position - 1) % servers.size() + 1;
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        long last = position();
        return new RoundRobin(last == 0 ? 0 : last + 1);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        long last = position();
        return new RoundRobin(index < last ? last - 1 : last);
    }
}
