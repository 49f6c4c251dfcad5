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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a new connection cost from {@code Director.open} to {@code Connection.close}?
 *
 * <p>Opening is service lookup, pick, entry in the connection table and counters; closing undoes all of it, or leaves a
 * record that lingers. The run fails if a connection is refused, or if one is still counted at the end that does not
 * linger.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class OpenCloseBenchmark {
    /** The implementation. */
    @Param({"LVS4J", "PLAIN"})
    public Peer peer;

    /** The IPVS name of the scheduler. */
    @Param({"rr", "wrr", "lc", "wlc"})
    public String scheduler;

    /** The number of servers. */
    @Param({"10", "100", "1000"})
    public int servers;

    /** Whether closed connections linger as inactive, as by default; the baseline has no such thing. */
    @Param("false")
    public boolean linger;

    private Balancer balancer;
    private long liveBefore;

    /** Makes the servers and a balancer over them. */
    @Setup
    public void prepare() {
        balancer = peer.balancer(scheduler, new ServerFixture(servers, linger));
        liveBefore = balancer.liveConnections();
    }

    /** Checks that every connection was released. */
    @TearDown
    public void check() {
        long live = balancer.liveConnections();
        if (live != liveBefore) {
            throw new IllegalStateException(live + " connections are counted instead of " + liveBefore);
        }
    }

    /** One connection. */
    @Benchmark
    public int openAndClose(Flows flows) {
        return balancer.openAndClose(flows.next());
    }
}
