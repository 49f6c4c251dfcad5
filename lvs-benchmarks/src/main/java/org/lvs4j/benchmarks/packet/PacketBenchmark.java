package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.lvs4j.benchmarks.hot.Clock;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
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
 * What does a packet of an established connection cost, from the bytes received to the bytes sent?
 *
 * <p>Each operation makes a packet of a random connection and passes it on; {@code NONE} only makes it. The director's
 * clock advances by one microsecond per packet. One thread, because a packet plane belongs to one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class PacketBenchmark {
    private static final int BATCH = 1024;
    private static final long BATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(BATCH);
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    /** The implementation that handles the packet. */
    @Param({"LVS4J", "DISPATCH", "TABLE", "COPY", "NONE"})
    public PacketPeer peer;

    /** The number of connections. */
    @Param({"10000", "1000000"})
    public int connections;

    /** The forwarding method. */
    @Param({"MASQUERADE", "IPIP", "DIRECT"})
    public PacketMethod method;

    /** The family of clients and servers. */
    @Param({"IPV4", "IPV6"})
    public AddressFamily family;

    /** The protocol. */
    @Param({"TCP", "UDP"})
    public Protocol protocol;

    /** The number of bytes after all headers. */
    @Param({"64"})
    public int payload;

    /** The kind of buffer: {@code direct} or {@code heap}. */
    @Param({"direct"})
    public String memory;

    private final Clock clock = new Clock();
    private PacketMaker maker;
    private PacketPath path;
    private ByteBuffer packet;
    private long random = 0x5DEE_CE66DL;
    private int count;

    /** Opens all connections. */
    @Setup
    public void prepare() {
        PacketSetting setting =
                new PacketSetting(family, protocol, method, connections, memory.equals("direct"), clock);
        maker = new PacketMaker(family, protocol, payload);
        packet = setting.buffer();
        path = peer.path(setting);
        maker.begin(packet, TcpFlags.SYN);
        for (int i = 0; i < connections; i++) {
            maker.fill(packet, i);
            path.open(maker, packet);
        }
        maker.begin(packet, TcpFlags.ACK);
        for (int i = 0; i < connections; i++) {
            maker.fill(packet, i);
            path.pass(maker, packet);
        }
        // The table finishes its migration after growth, as in ConnectionStore.settle.
        for (int i = 0; i < connections; i++) {
            clock.advance(Clock.SETTLING_NANOS / connections);
            maker.fill(packet, i);
            path.pass(maker, packet);
        }
    }

    /** Checks that no connection was lost. */
    @TearDown
    public void check() {
        long live = path.live();
        if (live >= 0 && live != connections) {
            throw new IllegalStateException(live + " connections instead of " + connections);
        }
    }

    /** One packet. */
    @Benchmark
    public int pass() {
        if ((++count & BATCH - 1) == 0) {
            clock.advance(BATCH_NANOS);
        }
        random = random * MULTIPLIER + INCREMENT;
        maker.fill(packet, (random >>> 32) * connections >>> 32);
        int length = path.pass(maker, packet);
        if (length == 0) {
            throw new IllegalStateException("a packet was dropped");
        }
        return length;
    }

    /** The output for the last packet. */
    ByteBuffer output() {
        return path.output();
    }

    /** The last input packet. */
    ByteBuffer packet() {
        return packet;
    }
}
