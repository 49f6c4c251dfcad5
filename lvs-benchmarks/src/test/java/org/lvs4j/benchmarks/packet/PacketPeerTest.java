package org.lvs4j.benchmarks.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;

@Tag("slow")
class PacketPeerTest {
    private static Stream<Arguments> settings() {
        return Stream.of(AddressFamily.values())
                .flatMap(family -> Stream.of(Protocol.TCP, Protocol.UDP)
                        .flatMap(protocol -> Stream.of(PacketMethod.values())
                                .map(method -> Arguments.of(family, protocol, method))));
    }

    private static PacketBenchmark benchmark(
            PacketPeer peer, AddressFamily family, Protocol protocol, PacketMethod method) {
        PacketBenchmark benchmark = new PacketBenchmark();
        benchmark.peer = peer;
        benchmark.connections = 300;
        benchmark.method = method;
        benchmark.family = family;
        benchmark.protocol = protocol;
        benchmark.payload = 64;
        benchmark.memory = "direct";
        benchmark.prepare();
        return benchmark;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void plane_everyPacket_validAndForwardedByTheMethod(AddressFamily family, Protocol protocol, PacketMethod method) {
        PacketBenchmark benchmark = benchmark(PacketPeer.LVS4J, family, protocol, method);
        int overhead = method == PacketMethod.IPIP ? family == AddressFamily.IPV4 ? 20 : 40 : 0;
        for (int i = 0; i < 3000; i++) {
            int length = benchmark.pass();
            ByteBuffer in = benchmark.packet();
            ByteBuffer out = benchmark.output();

            assertThat(length).isEqualTo(in.limit() + overhead);
            assertThat(isValid(in, 0, in.limit())).isTrue();
            assertThat(isValid(out, overhead, length)).isTrue();
            boolean v4 = family == AddressFamily.IPV4;
            int port = overhead + (v4 ? 22 : 42);
            assertThat((int) out.getShort(port)).isEqualTo(method == PacketMethod.MASQUERADE ? 8080 : 80);
            assertThat(out.get(overhead + (v4 ? 8 : 7))).isEqualTo((byte) 63);
        }
        benchmark.check();
    }

    /** Whether the checksums of a packet are valid by RFC 791, RFC 9293 and RFC 768. */
    private static boolean isValid(ByteBuffer packet, int at, int end) {
        boolean v4 = packet.get(at) >> 4 == 4;
        int transport = at + (v4 ? 20 : 40);
        int protocol = packet.get(at + (v4 ? 9 : 6));
        int pseudo = sum(packet, at + (v4 ? 12 : 8), transport) + protocol + end - transport;
        return (!v4 || sum(packet, at, transport) % 0xFFFF == 0)
                && (pseudo + sum(packet, transport, end)) % 0xFFFF == 0;
    }

    private static int sum(ByteBuffer packet, int from, int to) {
        return IntStream.range(from, to)
                .map(i -> (i - from & 1) == 0 ? (packet.get(i) & 0xFF) << 8 : packet.get(i) & 0xFF)
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void peer_everyPacket_notDropped(PacketPeer peer) {
        PacketBenchmark benchmark = benchmark(peer, AddressFamily.IPV6, Protocol.TCP, PacketMethod.MASQUERADE);
        for (int i = 0; i < 3000; i++) {
            assertThat(benchmark.pass()).isPositive();
        }
        benchmark.check();
        if (peer == PacketPeer.COPY) {
            ByteBuffer in = benchmark.packet();
            assertThat(benchmark.output().slice(0, in.limit())).isEqualTo(in);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void maker_manyNumbers_distinctPackets(AddressFamily family, Protocol protocol, PacketMethod method) {
        PacketMaker maker = new PacketMaker(family, protocol, 0);
        ByteBuffer packet = ByteBuffer.allocate(2048);
        maker.begin(packet, TcpFlags.ACK);
        assertThat(IntStream.range(0, 10_000)
                        .mapToObj(i -> {
                            maker.fill(packet, i);
                            return ByteBuffer.allocate(packet.limit())
                                    .put(packet.duplicate())
                                    .flip();
                        })
                        .distinct())
                .hasSize(10_000);
    }
}
