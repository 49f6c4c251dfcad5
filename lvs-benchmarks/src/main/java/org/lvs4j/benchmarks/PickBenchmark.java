package org.lvs4j.benchmarks;

import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to choose a server?
 *
 * <p>The pick alone: no connection is opened, so loads do not change. Schedulers get the director's own list.
 * Least-load schedulers find the same server each time, which is the best case of branch prediction for any scan.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class PickBenchmark {
    /** The implementation. */
    @Param({"LVS4J", "PLAIN"})
    public Peer peer;

    /** The IPVS name of the scheduler. */
    @Param({"rr", "wrr", "lc", "wlc"})
    public String scheduler;

    /** The number of servers. */
    @Param({"10", "100", "1000"})
    public int servers;

    private Picker picker;

    /** Makes the servers and a picker over them. */
    @Setup
    public void prepare() {
        picker = peer.picker(scheduler, new ServerFixture(servers));
    }

    /** One pick. */
    @Benchmark
    public int pick(Flows flows) {
        return picker.pick(flows.next());
    }
}
