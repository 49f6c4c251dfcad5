package org.lvs4j.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.internal.packet.TestPackets;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class PacketPlaneTest {
    private static final String SYN =
            "4510003cd429400080060de70a5703e10a000064485a01bb38723fca00000000a00220004d120000020405b4"
                    + "0402080a000000010000000001030307";
    private static final String SYN_TO_SERVER =
            "4510003cd42940007f0657970a5703e1c0a8010b485a20fb38723fca00000000a0022000"
                    + "76820000020405b40402080a000000010000000001030307";
    private static final String SYN_ACK =
            "4510003cd429400080065697c0a8010b0a5703e120fb485acfab0cde38723fcba012200099e70000"
                    + "020405b40402080a000000010000000001030307";
    private static final String SYN_ACK_TO_CLIENT =
            "4510003cd42940007f060ee70a0000640a5703e101bb485acfab0cde38723fcba0122000"
                    + "70770000020405b40402080a000000010000000001030307";

    private long nowNanos;
    private final Director director = Director.builder().ticker(() -> nowNanos).build();
    private final PacketPlane plane = PacketPlane.builder(
                    director,
                    PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"), IpAddress.parse("fd00:2:ffff::1")))
            .seed(1)
            .build();
    private final ByteBuffer out = ByteBuffer.allocate(2048);

    @BeforeEach
    void addService() {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:443"))
                .scheduler("rr")
                .build());
        director.addServer(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:443")).build().key(),
                RealServer.of("192.168.1.11:8443"));
    }

    private long process(String hex) {
        return plane.process(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), out);
    }

    private String written(long decision) {
        byte[] bytes = new byte[PacketDecision.length(decision)];
        out.get(out.position(), bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void process_handshakeOfMasqueradedServer_rewrittenInBothDirections() {
        long syn = process(SYN);

        assertThat(PacketDecision.action(syn)).isEqualTo(PacketAction.SEND);
        assertThat(written(syn)).isEqualTo(SYN_TO_SERVER);

        long answer = process(SYN_ACK);

        assertThat(PacketDecision.action(answer)).isEqualTo(PacketAction.SEND);
        assertThat(written(answer)).isEqualTo(SYN_ACK_TO_CLIENT);
    }

    @Test
    void process_serverChangesForwarding_existingConnectionsKeepTheirs() {
        process(SYN);
        director.editServer(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:443")).build().key(),
                RealServer.builder("192.168.1.11:8443")
                        .forwarding(Forwarding.direct())
                        .build());

        long again = process(SYN);
        assertThat(PacketDecision.action(again)).isEqualTo(PacketAction.SEND);
        assertThat(written(again)).isEqualTo(SYN_TO_SERVER);
        assertThat(written(process(SYN_ACK))).isEqualTo(SYN_ACK_TO_CLIENT);

        long other = plane.process(packet(TestPackets.tcp(4000, 443, TcpFlags.SYN, 0)), out);
        assertThat(PacketDecision.action(other)).isEqualTo(PacketAction.ROUTE_DIRECT);
        director.editServer(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:443")).build().key(),
                RealServer.builder("192.168.1.11:8443")
                        .forwarding(Forwarding.masquerade())
                        .build());
        assertThat(PacketDecision.action(plane.process(packet(TestPackets.tcp(4000, 443, TcpFlags.SYN, 0)), out)))
                .isEqualTo(PacketAction.ROUTE_DIRECT);
    }

    @Test
    void process_zeroBytesOfAnyLength_droppedAsMalformed() {
        for (int length = 0; length < 60; length++) {
            assertThat(PacketDecision.action(plane.process(ByteBuffer.wrap(new byte[length]), out)))
                    .isEqualTo(PacketAction.DROP);
        }
        assertThat(plane.counters().malformed()).isEqualTo(60);
    }

    @Test
    void process_directReadOnlyLittleEndianBuffers_sameBytes() {
        byte[] syn = HexFormat.of().parseHex(SYN);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(100).order(ByteOrder.LITTLE_ENDIAN).position(7);
        direct.put(7, syn).limit(7 + syn.length);

        assertThat(written(plane.process(
                        direct.asReadOnlyBuffer(),
                        out.order(ByteOrder.LITTLE_ENDIAN).position(3))))
                .isEqualTo(SYN_TO_SERVER);
        assertThat(direct.position()).isEqualTo(7);
        assertThat(out.position()).isEqualTo(3);
    }

    @Test
    void process_packetWithoutService_passes() {
        long decision = plane.process(packet(TestPackets.tcp(4000, 81, TcpFlags.SYN, 0)), out);

        assertThat(PacketDecision.action(decision)).isEqualTo(PacketAction.PASS);
        assertThat(PacketDecision.length(decision)).isZero();
    }

    private static ByteBuffer packet(byte[] segment) {
        return ByteBuffer.wrap(TestPackets.complete(TestPackets.v4(6, 0x0A010001, 0x0A000064, 64, 0, segment)));
    }

    @Test
    void process_fragmentsWithoutService_handedBackUnchanged() {
        byte[] first = TestPackets.v4(17, 0x0A010001, 0x0A0000C8, 64, 0x2000, TestPackets.udp(9, 99, 8));
        byte[] last = TestPackets.v4(17, 0x0A010001, 0x0A0000C8, 64, 2, new byte[3]);

        assertThat(PacketDecision.action(plane.process(ByteBuffer.wrap(last), out)))
                .isEqualTo(PacketAction.HOLD);
        long decision = plane.process(ByteBuffer.wrap(first), out);

        assertThat(PacketDecision.action(decision)).isEqualTo(PacketAction.PASS);
        assertThat(PacketDecision.more(decision)).isTrue();
        assertThat(written(decision)).isEqualTo(HexFormat.of().formatHex(first));
        long second = plane.next(out);
        assertThat(PacketDecision.action(second)).isEqualTo(PacketAction.PASS);
        assertThat(PacketDecision.more(second)).isFalse();
        assertThat(written(second)).isEqualTo(HexFormat.of().formatHex(last));
        assertThat(PacketDecision.action(plane.next(out))).isEqualTo(PacketAction.DROP);
    }

    @Test
    void process_outputTooSmall_droppedAndCounted() {
        assertThat(PacketDecision.action(
                        plane.process(ByteBuffer.wrap(HexFormat.of().parseHex(SYN)), ByteBuffer.allocate(59))))
                .isEqualTo(PacketAction.DROP);
        assertThat(plane.counters().noRoom()).isEqualTo(1);
    }

    @Test
    void process_markedPacket_routedToServiceOfTheMark() {
        director.addService(
                VirtualService.builder(new ServiceKey.Mark(7, AddressFamily.IPV4))
                        .scheduler("rr")
                        .build(),
                RealServer.builder("192.168.9.9:0")
                        .forwarding(Forwarding.direct())
                        .build());
        ByteBuffer in = packet(TestPackets.tcp(4000, 81, TcpFlags.SYN, 0));

        long decision = plane.process(in, out, 7);

        assertThat(PacketDecision.action(decision)).isEqualTo(PacketAction.ROUTE_DIRECT);
        assertThat(director.flows()
                        .server(PacketDecision.serverId(decision))
                        .endpoint()
                        .address())
                .isEqualTo(IpAddress.parse("192.168.9.9"));
        assertThat(PacketDecision.action(plane.process(in, out))).isEqualTo(PacketAction.ROUTE_DIRECT);
    }

    @Test
    void process_serviceWithoutServers_answersLimited() {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:9"))
                .scheduler("rr")
                .build());
        int answered = 0;
        for (int i = 0; i < 1000; i++) {
            long decision = plane.process(packet(TestPackets.tcp(4000 + i, 9, TcpFlags.SYN, 0)), out);
            answered += PacketDecision.action(decision) == PacketAction.ANSWER ? 1 : 0;
        }

        assertThat(answered).isEqualTo(51);
        assertThat(plane.counters().answersSuppressed()).isEqualTo(1000 - 51);
        nowNanos += 10_000_000;
        assertThat(PacketDecision.action(plane.process(packet(TestPackets.tcp(1, 9, TcpFlags.SYN, 0)), out)))
                .isEqualTo(PacketAction.ANSWER);
    }

    @Test
    void process_multicastSource_droppedWithoutAnswer() {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:9"))
                .scheduler("rr")
                .build());
        byte[] packet = TestPackets.v4(6, 0xE0000001, 0x0A000064, 64, 0, TestPackets.tcp(1, 9, TcpFlags.SYN, 0));

        assertThat(PacketDecision.action(plane.process(ByteBuffer.wrap(packet), out)))
                .isEqualTo(PacketAction.DROP);
    }

    @Test
    void publicMethods_null_refusedByName() {
        PacketPaths paths = PacketPaths.fixed(1500);
        assertThatNullPointerException()
                .isThrownBy(() -> PacketPlane.builder(null, paths))
                .withMessage("director");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketPlane.builder(director, null))
                .withMessage("paths");
        assertThatNullPointerException()
                .isThrownBy(() -> plane.process(null, out))
                .withMessage("in");
        assertThatNullPointerException()
                .isThrownBy(() -> plane.process(out, null, 1))
                .withMessage("out");
        assertThatNullPointerException().isThrownBy(() -> plane.next(null)).withMessage("out");
    }

    @Test
    void build_valuesOutOfRange_messageNamesAll() {
        PacketPlane.Builder builder = PacketPlane.builder(director, PacketPaths.fixed(1500))
                .maxReassemblies(0)
                .answersPerSecond(-1);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage("packet plane: maxReassemblies = 0 is outside 1..65536; "
                        + "answersPerSecond = -1 is outside 1..1000000000");
    }

    @Test
    @Tag("slow")
    void process_establishedConnection_allocatesNothing() {
        process(SYN);
        process(SYN_ACK);
        ByteBuffer data = ByteBuffer.wrap(HexFormat.of().parseHex(SYN));
        data.put(33, (byte) TcpFlags.ACK);
        ByteBuffer answer = ByteBuffer.wrap(HexFormat.of().parseHex(SYN_ACK));
        answer.put(33, (byte) TcpFlags.ACK);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int packets = 200_000;
        long least = Long.MAX_VALUE;
        // Class loading and deoptimisation may allocate on this thread during warm-up: the best round counts.
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < packets; i++) {
                plane.process(data, out);
                plane.process(answer, out);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least / packets).isZero();
    }
}
