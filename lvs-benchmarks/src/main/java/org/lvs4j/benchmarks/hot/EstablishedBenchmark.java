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
 * What does a packet of an established connection cost among so many others?
 *
 * <p>Nothing is placed or ended meanwhile. Each operation is a microsecond of the store's time, so time stamps move and ticks
 * of timers pass as they do at a million packets a second. With the system's clock each operation reads it instead.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class EstablishedBenchmark {
    private static final int BATCH = 1024;
    private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(BATCH);

    /** Who keeps the connections. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** How many there are. */
    @Param({"10000", "1000000", "10000000"})
    public int connections;

    /** Which of them get packets. */
    @Param({"UNIFORM"})
    public Order order;

    /** {@code virtual}, or {@code system} for a director that asks {@link System#nanoTime} at each packet. */
    @Param({"virtual"})
    public String clock;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private int[] sequence;

    /** Places all connections. */
    @Setup
    public void prepare() {
        store = clock.equals("system")
                ? DirectorStore.of(Life.TCP, connections, System::nanoTime)
                : peer.store(connections, time);
        sequence = order.sequence(connections);
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        long start = System.nanoTime();
        do {
            store.settle(time, connections);
        } while (clock.equals("system") && System.nanoTime() - start < SETTLING_NANOS);
    }

    /** Checks that all are still there. */
    @TearDown
    public void check() {
        if (peer != StorePeer.NONE && store.live() != connections) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
    }

    /** One packet. */
    @Benchmark
    public int follow(Walker walker) {
        if (walker.index == 0 && (++walker.count & BATCH - 1) == 0) {
            time.advance(BATCH_NANOS);
        }
        int server = store.follow(Keys.fill(walker.flow, Protocol.TCP, walker.next(sequence, connections)));
        if (server < 0) {
            throw new IllegalStateException(walker.flow + " has vanished");
        }
        return server;
    }
}
