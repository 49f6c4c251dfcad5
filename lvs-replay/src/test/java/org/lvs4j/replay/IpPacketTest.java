package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;

class IpPacketTest {
    private static @Nullable IpPacket read(byte[] bytes) {
        return IpPacket.read(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    @Test
    void read_tcpOverEitherFamily_fieldsFilled() {
        IpPacket v4 = read(TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.SYN, 3));
        IpPacket v6 = read(TestPackets.tcp("[fd00::1]:4000", "[fd00:1::100]:80", TcpFlags.SYN, 3));

        assertThat(v4.protocol()).isEqualTo(Protocol.TCP);
        assertThat(v4.source()).isEqualTo(IpAddress.parse("10.1.0.1"));
        assertThat(v4.destinationPort()).isEqualTo(80);
        assertThat(v4.ttl()).isEqualTo(64);
        assertThat(v4.transportBytes()).isEqualTo(23);
        assertThat(v6.protocol()).isEqualTo(Protocol.TCP);
        assertThat(v6.destination()).isEqualTo(IpAddress.parse("fd00:1::100"));
        assertThat(v6.sourcePort()).isEqualTo(4000);
        assertThat(v6.fragment()).isFalse();
    }

    @Test
    void read_truncatedAnywhere_null() {
        for (byte[] packet : new byte[][] {
            TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.SYN, 3),
            TestPackets.udp("[fd00::1]:4000", "[fd00:1::100]:53", 6),
            TestPackets.icmp("10.1.0.1", "10.0.0.100")
        }) {
            for (int length = 0; length < packet.length; length++) {
                assertThat(read(Arrays.copyOf(packet, length)))
                        .as("%d bytes", length)
                        .isNull();
            }
        }
    }

    @Test
    void read_destinationOptions_transportHeaderFound() {
        byte[] udp = TestPackets.udp("[fd00::1]:4000", "[fd00:1::100]:53", 6);
        ByteBuffer packet = ByteBuffer.allocate(udp.length + 8);
        packet.put(udp, 0, 40).put(new byte[] {17, 0, 0, 0, 0, 0, 0, 0}).put(udp, 40, udp.length - 40);
        packet.putShort(4, (short) (udp.length - 40 + 8)).put(6, (byte) 60);

        IpPacket read = read(packet.array());

        assertThat(read.protocol()).isEqualTo(Protocol.UDP);
        assertThat(read.destinationPort()).isEqualTo(53);
    }

    @Test
    void read_fragmentWithShortTransportHeader_fragment() {
        byte[] packet = TestPackets.udp("10.1.0.1:4000", "10.0.0.100:53", 0);
        ByteBuffer.wrap(packet).putShort(2, (short) 24).putShort(6, (short) 0x2000);

        assertThat(read(packet).fragment()).isTrue();
    }
}
