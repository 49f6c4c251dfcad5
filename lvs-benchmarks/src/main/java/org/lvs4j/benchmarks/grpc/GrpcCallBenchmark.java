package org.lvs4j.benchmarks.grpc;

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

/**
 * What does a unary call of gRPC cost through a balanced channel? The servers are in this process and answer on the thread
 * of the caller, so that the difference between two policies is as large a part of the figure as it can be.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class GrpcCallBenchmark {
    /** The policy. */
    @Param({"GRPC", "LVS4J_RR", "LVS4J_TWOS", "LVS4J_WLC", "LVS4J_PEAK_EWMA"})
    public GrpcCallPeer peer;

    /** The number of servers. */
    @Param("10")
    public int servers;

    private InProcessServers cluster;

    /** Starts the servers and connects the channel. */
    @Setup
    public void prepare() throws IOException {
        cluster = new InProcessServers(servers, peer);
    }

    /** Ends all of it. */
    @TearDown
    public void close() {
        cluster.close();
    }

    /** One call. */
    @Benchmark
    public Object call() {
        return cluster.call();
    }
}
