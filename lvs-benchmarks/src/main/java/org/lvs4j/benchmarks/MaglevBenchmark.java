package org.lvs4j.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/** What does it cost to build the table of Maglev hashing, as each change of the list of servers does? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class MaglevBenchmark {
    /** The implementation. */
    @Param({"LVS4J", "PLAIN"})
    public Peer peer;

    /** The number of servers, all of equal weight. */
    @Param({"1000"})
    public int servers;

    /** The number of slots, a prime. */
    @Param({"65537"})
    public int slots;

    private Supplier<Object> builder;

    /** Makes the servers. */
    @Setup
    public void prepare() {
        builder = peer.maglev(servers, slots);
    }

    /** One table. */
    @Benchmark
    public Object build() {
        return builder.get();
    }
}
