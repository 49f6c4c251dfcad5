package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.lvs4j.benchmarks.hot.Clock;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;
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
 * What does a packet of an established connection cost among so many others, from the bytes that came in to those that go
 * out?
 *
 * <p>Each operation makes a packet of a connection drawn at random; {@code NONE} does nothing else. A packet is a microsecond of
 * the director's time. One thread, as a plane belongs to one.
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

    /** What is done. */
    @Param({"LVS4J", "DISPATCH", "TABLE", "COPY", "NONE"})
    public PacketPeer peer;

    /** How many connections there are. */
    @Param({"10000", "1000000"})
    public int connections;

    /** How packets get to servers. */
    @Param({"MASQUERADE", "IPIP", "DIRECT"})
    public PacketMethod method;

    /** The family of clients and servers. */
    @Param({"IPV4", "IPV6"})
    public AddressFamily family;

    /** The protocol. */
    @Param({"TCP", "UDP"})
    public Protocol protocol;

    /** How many bytes the packets carry behind all headers. */
    @Param({"64"})
    public int payload;

    /** Where the packets lie: {@code direct} memory or the {@code heap}. */
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
        maker.begin(packet, PacketMaker.SYN);
        for (int i = 0; i < connections; i++) {
            maker.fill(packet, i);
            path.open(maker, packet);
        }
        maker.begin(packet, PacketMaker.ACK);
        for (int i = 0; i < connections; i++) {
            maker.fill(packet, i);
            path.pass(maker, packet);
        }
        // As a store of connections settles.
        for (int i = 0; i < connections; i++) {
            clock.advance(Clock.SETTLING_NANOS / connections);
            maker.fill(packet, i);
            path.pass(maker, packet);
        }
    }

    /** Checks that all are still there. */
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
        int done = path.pass(maker, packet);
        if (done == 0) {
            throw new IllegalStateException("a packet was dropped");
        }
        return done;
    }

    /** What the last packet became. */
    ByteBuffer output() {
        return path.output();
    }

    /** The last packet. */
    ByteBuffer packet() {
        return packet;
    }
}
