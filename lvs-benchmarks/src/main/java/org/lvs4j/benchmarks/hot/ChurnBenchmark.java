package org.lvs4j.benchmarks.hot;

import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to open a connection and end another among so many open ones?
 *
 * <p>Each operation opens one connection and ends the oldest one of the thread, so the number of open connections stays
 * constant. At the director a UDP operation is one packet of a new connection, and the timer expires the oldest
 * connection. A TCP operation is a SYN and an ACK, the RST of the oldest connection, and the expiry of one that was
 * reset ten seconds earlier. Operations advance the clock so that a connection lives for 300 s (UDP) or 100 s (TCP).
 * Timers, rate estimates and all other periodic work are therefore part of the figure. The other peers insert one
 * connection and remove one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class ChurnBenchmark {
    private static final int BATCH = 16;

    /** The connection store. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** The number of open connections. */
    @Param({"1000000"})
    public int connections;

    /** The lifecycle of a connection. */
    @Param({"UDP"})
    public Lifecycle life;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private long stepNanos;
    private int ownConnections;

    /** Opens all connections, with the clock advancing between them. */
    @Setup
    public void prepare(org.openjdk.jmh.infra.BenchmarkParams benchmark) {
        prepare(benchmark.getThreads());
    }

    void prepare(int threads) {
        store = peer == StorePeer.LVS4J
                ? DirectorStore.of(life, connections, time)
                : peer.store(connections + connections / 8, time);
        // No other peer may expire a connection before the benchmark removes it.
        long lifeNanos = TimeUnit.SECONDS.toNanos(life.seconds) / (peer == StorePeer.LVS4J ? 1 : 2);
        stepNanos = lifeNanos / connections;
        ownConnections = connections / threads;
        Flow flow = new Flow();
        for (int i = 0; i < ownConnections; i++) {
            for (int thread = 0; thread < threads; thread++) {
                store.place(Keys.fill(flow, life.protocol, ThreadState.firstOwn(thread) + i));
                time.advance(stepNanos);
            }
        }
    }

    /** Checks the number of open connections. */
    @TearDown
    public void check() {
        // The director expires connections by time, so those of a thread that runs ahead of the others stay longer.
        if (peer != StorePeer.NONE && Math.abs(store.live() - connections) > connections / 2) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
    }

    /** Opens one connection and ends another. */
    @Benchmark
    public void placeAndEnd(ThreadState thread) {
        if (thread.newest == 0) {
            long first = ThreadState.firstOwn(thread.index);
            thread.own(first, first + ownConnections);
        }
        // Each thread advances the clock for its own operations, so no thread has to expire the connections of all.
        if ((++thread.count & BATCH - 1) == 0) {
            time.advance(stepNanos * BATCH);
        }
        store.place(Keys.fill(thread.flow, life.protocol, thread.newest++));
        store.end(Keys.fill(thread.flow, life.protocol, thread.oldest++));
    }

    long live() {
        return store.live();
    }
}
