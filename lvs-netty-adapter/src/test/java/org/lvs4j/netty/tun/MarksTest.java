package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

class MarksTest {
    private final Marks marks = new Marks(List.of(
            new Marks.Mark(Protocol.TCP, Endpoint.parse("10.0.0.1:80"), 5),
            new Marks.Mark(Protocol.UDP, Endpoint.parse("10.0.0.1:0"), -1),
            new Marks.Mark(Protocol.TCP, Endpoint.parse("[fd00::1]:443"), 7)));

    private static ByteBuffer v4(int protocol, String destination, int port) {
        ByteBuffer packet = ByteBuffer.allocate(50);
        packet.position(3);
        packet.put(3, (byte) 0x46).put(12, (byte) protocol);
        packet.put(
                19, Endpoint.parse(destination + ":1").address().toInetAddress().getAddress());
        return packet.putShort(3 + 24 + 2, (short) port);
    }

    @Test
    void of_packetToMarkedEndpoint_itsMark() {
        assertThat(marks.of(v4(6, "10.0.0.1", 80))).isEqualTo(5);
        assertThat(marks.of(v4(17, "10.0.0.1", 40_000))).isEqualTo(-1);
        ByteBuffer v6 = ByteBuffer.allocate(60).put(0, (byte) 0x60).put(6, (byte) 6);
        v6.put(24, Endpoint.parse("[fd00::1]:1").address().toInetAddress().getAddress());
        assertThat(marks.of(v6.putShort(42, (short) 443))).isEqualTo(7);
    }

    @Test
    void of_otherOrShortPacket_zero() {
        assertThat(marks.of(v4(6, "10.0.0.1", 81))).isZero();
        assertThat(marks.of(v4(6, "10.0.0.2", 80))).isZero();
        assertThat(marks.of(v4(132, "10.0.0.1", 80))).isZero();
        for (int length = 0; length < 28; length++) {
            ByteBuffer cut = v4(6, "10.0.0.1", 80);
            assertThat(marks.of(cut.limit(3 + length))).as("length %d", length).isEqualTo(length < 28 ? 0 : 5);
        }
    }
}
