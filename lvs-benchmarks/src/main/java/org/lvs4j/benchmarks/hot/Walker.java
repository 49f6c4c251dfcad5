package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/** Where one thread is: its flow, its place in the order, the oldest and the next of the connections that are its own. */
@State(Scope.Thread)
public class Walker {
    // Numbers of connections: those that all threads share, and a range for each thread.
    private static final long OWN = 1L << 40;
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    final Flow flow = new Flow();
    int index;

    /** Counts operations, for whatever is to be done every so many. */
    int count;

    long oldest;
    long newest;
    private long random;
    private int place;

    /** Begins at a place of the thread's own. */
    @Setup
    public void begin(ThreadParams thread, BenchmarkParams benchmark) {
        begin(thread.getThreadIndex(), benchmark.getThreads());
    }

    void begin(int thread, int ofThreads) {
        index = thread;
        random = 0x5DEE_CE66DL * (thread + 1);
        place = (int) ((long) Order.LENGTH * thread / ofThreads);
    }

    /** The numbers of the first and the one after the last connection that a thread starts with. */
    void own(long first, long afterLast) {
        oldest = first;
        newest = afterLast;
    }

    /** The number of the first connection of a thread's own. */
    static long firstOwn(int thread) {
        return OWN * (thread + 1);
    }

    /** The number of the next packet's connection among the shared ones. */
    int next(int[] sequence, int connections) {
        if (sequence.length != 0) {
            return sequence[place++ & Order.LENGTH - 1];
        }
        random = random * MULTIPLIER + INCREMENT;
        return (int) ((random >>> 32) * connections >>> 32);
    }
}
