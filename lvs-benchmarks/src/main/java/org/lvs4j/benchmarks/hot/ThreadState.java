package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/** The state of one thread: its flow, its position in the order of packets, and the range of its own connections. */
@State(Scope.Thread)
public class ThreadState {
    // Connections below this number are shared; each thread has its own range above it.
    private static final long OWN = 1L << 40;
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    final Flow flow = new Flow();
    int index;

    /** Operations since the last periodic step. */
    int count;

    long oldest;
    long newest;
    private long random;
    private int position;

    /** Starts at a position that no other thread has. */
    @Setup
    public void begin(ThreadParams thread, BenchmarkParams benchmark) {
        begin(thread.getThreadIndex(), benchmark.getThreads());
    }

    void begin(int thread, int threads) {
        index = thread;
        random = 0x5DEE_CE66DL * (thread + 1);
        position = (int) ((long) Order.LENGTH * thread / threads);
    }

    /** Sets the range of the thread's own connections: the first number, and the one after the last. */
    void own(long first, long afterLast) {
        oldest = first;
        newest = afterLast;
    }

    /** The number of the first of a thread's own connections. */
    static long firstOwn(int thread) {
        return OWN * (thread + 1);
    }

    /** The number of the next packet's connection, a shared one. */
    int next(int[] sequence, int connections) {
        if (sequence.length != 0) {
            return sequence[position++ & Order.LENGTH - 1];
        }
        random = random * MULTIPLIER + INCREMENT;
        return (int) ((random >>> 32) * connections >>> 32);
    }
}
