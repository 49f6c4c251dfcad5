package org.lvs4j.benchmarks.change;

import java.io.IOException;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to change the weight of one server while so many services are configured? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class ChangeBenchmark {
    /** How the change is made. */
    @Param({"EDIT_SERVER", "APPLY_CHANGES", "RELAY_REFRESH", "APPLY_CONFIGURATION"})
    public ChangePeer peer;

    /** The number of services, with five servers each. */
    @Param({"10", "1000", "10000"})
    public int services;

    private ConfiguredDirector configured;
    private WeightChange change;
    private int step = -1;

    /** Configures all services. */
    @Setup
    public void prepare() throws IOException {
        configured = new ConfiguredDirector(services);
        change = peer.prepare(configured);
    }

    /** Checks that the last change was made. */
    @TearDown
    public void check() {
        change.close();
        configured.check(step);
    }

    /** One change. */
    @Benchmark
    public void change() {
        step = (step + 1) % ConfiguredDirector.STEPS;
        change.make(step);
    }
}
