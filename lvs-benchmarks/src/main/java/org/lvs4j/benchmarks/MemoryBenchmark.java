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

/**
 * Should the records of connections be in arrays on the heap or outside it?
 *
 * <p>One operation treats a random record as an established packet treats its connection: it reads the four words and
 * changes one by compare-and-set. The generator of random numbers stays in registers, so every memory access is one to
 * a record.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g", "-XX:MaxDirectMemorySize=2g"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MemoryBenchmark {
    /** The kind of memory. */
    @Param({"HEAP", "DIRECT", "DIRECT_UNALIGNED"})
    public Memory peer;

    /** The number of connections, two to a line. */
    @Param({"10000", "1000000", "10000000"})
    public int connections;

    private Memory.Lines memory;
    private int lines;
    private long random = 0x9E37_79B9_7F4A_7C15L;

    /** Writes every line once, so that the system backs all of them with memory. */
    @Setup(Level.Trial)
    public void fill() {
        lines = connections / 2;
        memory = peer.lines(lines);
        for (int line = 0; line < lines; line++) {
            memory.compareAndSet(line, 0, 0, line);
        }
    }

    /** The accesses of one packet to one record. */
    @Benchmark
    public long packet() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        int line = (int) ((random >>> 33) * lines >>> 31);
        int record = (int) (random & 1) * 4;
        long meta = memory.get(line, record);
        long sum = memory.getAcquire(line, record + 1)
                + memory.getAcquire(line, record + 2)
                + memory.getAcquire(line, record + 3);
        memory.compareAndSet(line, record, meta, meta + 1);
        return sum;
    }
}
