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
 * What does a new connection and its end cost while so many others live?
 *
 * <p>Each operation places one connection and ends the oldest one of the thread, so as many live all the time. At the
 * director a UDP connection is one packet, and one that the timer ends, by then as old as all that live; a TCP connection is
 * SYN and ACK, the RST of the oldest, and the end of one that was reset ten seconds ago. Time passes with the operations,
 * so that connections live for 300 s (UDP) or 100 s (TCP): timers, averages and everything else that time brings about
 * are in the figure. The other peers insert one and remove one.
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

    /** Who keeps the connections. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** How many live. */
    @Param({"1000000"})
    public int connections;

    /** What a connection goes through. */
    @Param({"UDP"})
    public Life life;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private long stepNanos;
    private int ownConnections;

    /** Places all connections, each when it is due. */
    @Setup
    public void prepare(org.openjdk.jmh.infra.BenchmarkParams benchmark) {
        prepare(benchmark.getThreads());
    }

    void prepare(int threads) {
        store = peer == StorePeer.LVS4J
                ? DirectorStore.of(life, connections, time)
                : peer.store(connections + connections / 8, time);
        // At the others nothing is to end by time before it is ended by hand.
        long lifeNanos = TimeUnit.SECONDS.toNanos(life.seconds) / (peer == StorePeer.LVS4J ? 1 : 2);
        stepNanos = lifeNanos / connections;
        ownConnections = connections / threads;
        Flow flow = new Flow();
        for (int i = 0; i < ownConnections; i++) {
            for (int thread = 0; thread < threads; thread++) {
                store.place(Keys.fill(flow, life.protocol, Walker.firstOwn(thread) + i));
                time.advance(stepNanos);
            }
        }
    }

    /** Checks that as many live as should. */
    @TearDown
    public void check() {
        // Those of a thread that gets ahead of the others end later at the director, where time ends them.
        if (peer != StorePeer.NONE && Math.abs(store.live() - connections) > connections / 2) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
    }

    /** One connection, and the end of another. */
    @Benchmark
    public void placeAndEnd(Walker walker) {
        if (walker.newest == 0) {
            long first = Walker.firstOwn(walker.index);
            walker.own(first, first + ownConnections);
        }
        // Each thread moves the time for its own part, so that none of them has to end all that the others place.
        if ((++walker.count & BATCH - 1) == 0) {
            time.advance(stepNanos * BATCH);
        }
        store.place(Keys.fill(walker.flow, life.protocol, walker.newest++));
        store.end(Keys.fill(walker.flow, life.protocol, walker.oldest++));
    }

    long live() {
        return store.live();
    }
}
