package org.lvs4j.benchmarks.hot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * How long are the pauses of the collector with so many connections? Measures three full collections by {@code
 * System.gc()}, then the young collections during a workload in which one operation in ten opens a connection and ends
 * another. Each operation allocates four kilobytes of garbage, as the rest of an application would, the same for every
 * peer. Arguments: the peer and the number of connections.
 */
public final class Pauses {
    private static final int FULL = 3;
    private static final long WARMUP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(6);
    private static final int GARBAGE_BYTES = 4096;
    private static final int CHURN_PERIOD = 10;
    private static final int OWN_SHARE = 32;

    // Published, so that the compiler cannot eliminate the allocation. No partner: it is never read.
    private static volatile Object garbage = "";

    private final ConnectionStore store;
    private final Clock clock = new Clock();
    private final int connections;
    private final Flow flow = new Flow();
    private final ThreadState thread = new ThreadState();

    private Pauses(StorePeer peer, int connections) {
        this.connections = connections;
        store = peer.store(connections + connections / 8, clock);
        thread.begin(0, 1);
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        long first = ThreadState.firstOwn(0);
        thread.own(first, first + connections / OWN_SHARE);
        for (long i = thread.oldest; i < thread.newest; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
    }

    /** Measures and prints the pauses. */
    public static void main(String[] args) {
        Pauses pauses = new Pauses(StorePeer.valueOf(args[0]), Integer.parseInt(args[1]));
        CollectorLog log = new CollectorLog();
        print("fullCollection", pauses.full());
        pauses.work(WARMUP_NANOS);
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
                store.place(Keys.fill(flow, Protocol.TCP, thread.newest++));
                store.end(Keys.fill(flow, Protocol.TCP, thread.oldest++));
            } else if (store.follow(Keys.fill(flow, Protocol.TCP, thread.next(new int[0], connections))) < 0) {
                throw new IllegalStateException(flow + " was lost");
            }
        }
    }
}
