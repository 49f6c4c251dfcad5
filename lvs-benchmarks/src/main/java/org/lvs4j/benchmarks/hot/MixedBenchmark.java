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
 * What does an operation cost if one in a hundred places a connection and ends another, as with connections of some
 * hundred packets?
 *
 * <p>All threads look up all of the lasting connections; beside them each thread places connections of its own and ends its
 * oldest. TCP; each operation is a microsecond of the store's time.
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

    /** Who keeps the connections. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** How many last. */
    @Param({"1000000"})
    public int connections;

    /** Which of them get packets. */
    @Param({"UNIFORM"})
    public Order order;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private int[] sequence;
    private int ownConnections;

    /** Places all connections. */
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
                store.place(Keys.fill(flow, Protocol.TCP, Walker.firstOwn(thread) + i));
            }
        }
        store.settle(time, connections);
    }

    /** Checks that none of the lasting ones was lost. */
    @TearDown
    public void check() {
        if (peer != StorePeer.NONE && store.live() < connections) {
            throw new IllegalStateException(store.live() + " connections instead of at least " + connections);
        }
    }

    /** A packet, or in every hundredth operation a new connection and the end of another. */
    @Benchmark
    public int followOrPlaceAndEnd(Walker walker) {
        if (++walker.count == PERIOD) {
            walker.count = 0;
            return placeAndEnd(walker);
        }
        int server = store.follow(Keys.fill(walker.flow, Protocol.TCP, walker.next(sequence, connections)));
        if (server < 0) {
            throw new IllegalStateException(walker.flow + " has vanished");
        }
        return server;
    }

    private int placeAndEnd(Walker walker) {
        if (walker.newest == 0) {
            long first = Walker.firstOwn(walker.index);
            walker.own(first, first + ownConnections);
        }
        if (walker.index == 0) {
            time.advance(PERIOD_NANOS);
        }
        store.place(Keys.fill(walker.flow, Protocol.TCP, walker.newest++));
        store.end(Keys.fill(walker.flow, Protocol.TCP, walker.oldest++));
        return 0;
    }
}
