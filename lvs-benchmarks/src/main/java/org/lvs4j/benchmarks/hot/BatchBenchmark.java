package org.lvs4j.benchmarks.hot;

import java.util.concurrent.TimeUnit;
import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.Verdict;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does prefetching the connections of sixteen packets save? An operation is one packet. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class BatchBenchmark {
    private static final int PACKETS = 16;
    private static final int BYTES = 100;

    /** How the batch is passed on. */
    @Param({"ONE_BY_ONE", "PREFETCHED"})
    public Batch peer;

    /** The number of connections. */
    @Param({"10000", "1000000", "10000000"})
    public int connections;

    private final Clock time = new Clock();
    private final Flow[] flows = new Flow[PACKETS];
    private Director director;
    private int[] sequence;

    /** Places all connections. */
    @Setup
    public void prepare() {
        DirectorStore store = DirectorStore.of(Lifecycle.TCP, connections, time);
        director = store.director();
        sequence = Order.UNIFORM.sequence(connections);
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        store.settle(time, connections);
        for (int i = 0; i < PACKETS; i++) {
            flows[i] = new Flow();
        }
    }

    /** Sixteen packets. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long follow(ThreadState thread) {
        time.advance(TimeUnit.MICROSECONDS.toNanos(PACKETS));
        for (Flow flow : flows) {
            Keys.fill(flow, Protocol.TCP, thread.next(sequence, connections));
            if (peer == Batch.PREFETCHED) {
                director.flows().prefetch(flow);
            }
        }
        long servers = 0;
        for (Flow flow : flows) {
            long decision = director.flows().dispatch(flow, TcpFlags.ACK, BYTES);
            if (Decision.verdict(decision) != Verdict.FORWARD) {
                throw new IllegalStateException(flow + " was lost");
            }
            servers += Decision.serverId(decision);
        }
        return servers;
    }
}
