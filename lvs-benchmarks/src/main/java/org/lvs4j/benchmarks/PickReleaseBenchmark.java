package org.lvs4j.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What does it cost to choose a server while loads change?
 *
 * <p>Each operation chooses a server, counts a connection on it, and releases the thread's oldest connection. A thread
 * holds {@value Held#COUNT} connections, so the least loaded server changes from operation to operation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class PickReleaseBenchmark {
    /** The implementation. */
    @Param({"LVS4J", "PLAIN"})
    public Peer peer;

    /** The IPVS name of the scheduler. */
    @Param({"lc", "wlc", "sed", "nq"})
    public String scheduler;

    /** The number of servers. */
    @Param({"10", "100", "1000"})
    public int servers;

    private LoadedPicker picker;

    /** Makes the servers and a picker over them. */
    @Setup
    public void prepare() {
        picker = peer.loadedPicker(scheduler, new ServerFixture(servers));
    }

    /** The connections of one thread. */
    @State(Scope.Thread)
    public static class Held {
        static final int COUNT = 64;

        private final int[] servers = new int[COUNT];
        private int firstTicket;
        private int count;

        /** Assigns the ticket numbers of a thread. */
        @Setup(Level.Trial)
        public void begin(ThreadParams thread) {
            firstTicket = thread.getThreadIndex() * COUNT;
        }
    }

    /** One pick and one release. */
    @Benchmark
    public int pickAndRelease(Flows flows, Held held) {
        int slot = held.count++ & Held.COUNT - 1;
        if (held.count > Held.COUNT || held.count < 0) {
            picker.release(held.servers[slot], held.firstTicket + slot);
        }
        return held.servers[slot] = picker.take(flows.next(), held.firstTicket + slot);
    }
}
