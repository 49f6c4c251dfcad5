package org.lvs4j.benchmarks.hot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * How long does the collector stop everything while so many connections live? A full collection that is asked for, three
 * times; then the young ones that allocation brings about, while connections get packets and one in ten operations
 * places one and ends one. Four kilobytes of garbage are made for each operation, the same for every peer, as the rest of an application
 * would. Arguments: the peer, the number of connections.
 */
public final class Pauses {
    private static final int FULL = 3;
    private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(6);
    private static final int GARBAGE_BYTES = 4096;
    private static final int CHURN_PERIOD = 10;
    private static final int OWN_SHARE = 32;

    // Keeps the allocation alive as far as the compiler is concerned.
    private static volatile Object garbage = "";

    private final ConnectionStore store;
    private final Clock clock = new Clock();
    private final int connections;
    private final Flow flow = new Flow();
    private final Walker walker = new Walker();

    private Pauses(StorePeer peer, int connections) {
        this.connections = connections;
        store = peer.store(connections + connections / 8, clock);
        walker.begin(0, 1);
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        long first = Walker.firstOwn(0);
        walker.own(first, first + connections / OWN_SHARE);
        for (long i = walker.oldest; i < walker.newest; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
    }

    /** Prints the figures. */
    public static void main(String[] args) {
        Pauses pauses = new Pauses(StorePeer.valueOf(args[0]), Integer.parseInt(args[1]));
        CollectorLog log = new CollectorLog();
        print("fullCollection", pauses.full());
        pauses.work(WARM_NANOS);
        log.take();
        pauses.work(RUN_NANOS);
        print("youngCollection", log.take());
        if (pauses.store.live() < pauses.connections) {
            throw new IllegalStateException(pauses.store.live() + " connections are left");
        }
    }

    private static void print(String metric, List<Long> millis) {
        if (!millis.isEmpty()) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "%s: %s ms",
                    metric,
                    millis.stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
    }

    private List<Long> full() {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < FULL; i++) {
            long before = System.nanoTime();
            System.gc();
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
        }
        return millis;
    }

    private void work(long nanos) {
        long end = System.nanoTime() + nanos;
        for (int i = 1; (i & 1023) != 0 || System.nanoTime() - end < 0; i++) {
            garbage = new byte[GARBAGE_BYTES];
            if (i % CHURN_PERIOD == 0) {
                clock.advance(TimeUnit.MICROSECONDS.toNanos(CHURN_PERIOD));
                store.place(Keys.fill(flow, Protocol.TCP, walker.newest++));
                store.end(Keys.fill(flow, Protocol.TCP, walker.oldest++));
            } else if (store.follow(Keys.fill(flow, Protocol.TCP, walker.next(new int[0], connections))) < 0) {
                throw new IllegalStateException(flow + " has vanished");
            }
        }
    }
}
