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
 * <p>The pick alone: nothing is opened, so loads stay as they are. Schedulers see the director's own list; least-load
 * schedulers find the same server each time, which is the processor's best case for any scan.
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
    /** Who picks. */
    @Param({"LVS4J", "PLAIN"})
    public Peer peer;

    /** By what rule. */
    @Param({"rr", "wrr", "lc", "wlc"})
    public String scheduler;

    /** Among how many servers. */
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
