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
 * <p>No connection is opened or ended during the measurement. The virtual clock advances by one microsecond per
 * operation, so time stamps and timer ticks advance as at a million packets a second. With the system clock each
 * operation reads that instead.
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

    /** The connection store. */
    @Param({"LVS4J", "PLAIN"})
    public StorePeer peer;

    /** The number of connections. */
    @Param({"10000", "1000000", "10000000"})
    public int connections;

    /** The distribution of packets over connections. */
    @Param({"UNIFORM"})
    public Order order;

    /** {@code virtual}, or {@code system} for a director that reads {@link System#nanoTime} at each packet. */
    @Param({"virtual"})
    public String clock;

    private final Clock time = new Clock();
    private ConnectionStore store;
    private int[] sequence;

    /** Opens all connections. */
    @Setup
    public void prepare() {
        store = clock.equals("system")
                ? DirectorStore.of(Lifecycle.TCP, connections, System::nanoTime)
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

    /** Checks that no connection was lost. */
    @TearDown
    public void check() {
        if (peer != StorePeer.NONE && store.live() != connections) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
    }

    /** One packet. */
    @Benchmark
    public int follow(ThreadState thread) {
        if (thread.index == 0 && (++thread.count & BATCH - 1) == 0) {
            time.advance(BATCH_NANOS);
        }
        int server = store.follow(Keys.fill(thread.flow, Protocol.TCP, thread.next(sequence, connections)));
        if (server < 0) {
            throw new IllegalStateException(thread.flow + " was lost");
        }
        return server;
    }
}
