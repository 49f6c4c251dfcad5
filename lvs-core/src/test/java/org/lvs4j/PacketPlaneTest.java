package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

class PacketPlaneTest {
    private static final String SYN = "4510003cd429400080060de70a5703e10a000064485a01bb38723fca00000000a00220004d120000020405b4"
            + "0402080a000000010000000001030307";
    private static final String SYN_TO_SERVER = "4510003cd42940007f0657970a5703e1c0a8010b485a20fb38723fca00000000a0022000"
            + "76820000020405b40402080a000000010000000001030307";
    private static final String SYN_ACK = "4510003cd429400080065697c0a8010b0a5703e120fb485acfab0cde38723fcba012200099e70000"
            + "020405b40402080a000000010000000001030307";
    private static final String SYN_ACK_TO_CLIENT = "4510003cd42940007f060ee70a0000640a5703e101bb485acfab0cde38723fcba0122000"
            + "70770000020405b40402080a000000010000000001030307";

    private long nowNanos;
    private final Director director = Director.builder().ticker(() -> nowNanos).build();
    private final PacketPlane plane = director.packetPlane(
                    PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1"), IpAddress.parse("fd00:2:ffff::1")))
            .seed(1)
            .build();
    private final ByteBuffer out = ByteBuffer.allocate(2048);

    @BeforeEach
    void addService() {
        director.addService(VirtualService.tcp("10.0.0.100:443").scheduler("rr").build());
        director.addServer(
                VirtualService.tcp("10.0.0.100:443").build().key(), RealServer.of("192.168.1.11:8443"));
    }

    private long process(String hex) {
        return plane.process(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), out);
    }

    private String written(long verdict) {
        byte[] bytes = new byte[PacketVerdict.length(verdict)];
        out.get(out.position(), bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void process_handshakeOfMasqueradedServer_isRewrittenBothWays() {
        long syn = process(SYN);

        assertThat(PacketVerdict.action(syn)).isEqualTo(PacketAction.SEND);
        assertThat(written(syn)).isEqualTo(SYN_TO_SERVER);

        long answer = process(SYN_ACK);

        assertThat(PacketVerdict.action(answer)).isEqualTo(PacketAction.SEND);
        assertThat(written(answer)).isEqualTo(SYN_ACK_TO_CLIENT);
    }

    @Test
    void process_bytesOfAnyLength_neverThrow() {
        for (int length = 0; length < 60; length++) {
            byte[] bytes = new byte[length];
            assertThat(PacketVerdict.action(plane.process(ByteBuffer.wrap(bytes), out))).isEqualTo(PacketAction.DROP);
        }
    }
}
