package org.lvs4j.benchmarks.hot;

import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
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
 * What does an operation cost if one in a hundred opens a connection and ends another, as with connections of about a
 * hundred packets?
 *
 * <p>All threads look up the same permanent connections. In addition, each thread opens its own connections and ends
 * the oldest of them. TCP; the clock advances by one microsecond per operation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class MixedBenchmark {
    private static final int PERIOD = 100;
    private static final int OWN_SHARE = 32;
    private static final long PERIOD_NANOS = TimeUnit.MICROSECONDS.toNanos(PERIOD);

    /** The connection store. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** The number of permanent connections. */
    @Param({"1000000"})
    public int connections;

    /** The distribution of packets over connections. */
    @Param({"UNIFORM"})
    public Order order;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private int[] sequence;
    private int ownConnections;

    /** Opens all connections. */
    @Setup
    public void prepare(org.openjdk.jmh.infra.BenchmarkParams benchmark) {
        prepare(benchmark.getThreads());
    }

    void prepare(int threads) {
        store = peer.store(connections + connections / 8, time);
        sequence = order.sequence(connections);
        ownConnections = connections / OWN_SHARE;
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        for (int thread = 0; thread < threads; thread++) {
            for (int i = 0; i < ownConnections; i++) {
                store.place(Keys.fill(flow, Protocol.TCP, ThreadState.firstOwn(thread) + i));
            }
        }
        store.settle(time, connections);
    }

    /** Checks that no permanent connection was lost. */
    @TearDown
    public void check() {
        if (peer != StorePeer.NONE && store.live() < connections) {
            throw new IllegalStateException(store.live() + " connections instead of at least " + connections);
        }
    }

    /** A packet, or in every hundredth operation a new connection and the end of another. */
    @Benchmark
    public int followOrPlaceAndEnd(ThreadState thread) {
        if (++thread.count == PERIOD) {
            thread.count = 0;
            return placeAndEnd(thread);
        }
        int server = store.follow(Keys.fill(thread.flow, Protocol.TCP, thread.next(sequence, connections)));
        if (server < 0) {
            throw new IllegalStateException(thread.flow + " was lost");
        }
        return server;
    }

    private int placeAndEnd(ThreadState thread) {
        if (thread.newest == 0) {
            long first = ThreadState.firstOwn(thread.index);
            thread.own(first, first + ownConnections);
        }
        if (thread.index == 0) {
            time.advance(PERIOD_NANOS);
        }
        store.place(Keys.fill(thread.flow, Protocol.TCP, thread.newest++));
        store.end(Keys.fill(thread.flow, Protocol.TCP, thread.oldest++));
        return 0;
    }
}
