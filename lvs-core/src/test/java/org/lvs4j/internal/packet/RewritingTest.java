package org.lvs4j.internal.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.SctpChunk;
import org.lvs4j.net.TcpFlags;

class RewritingTest {
    private final PacketHeader header = new PacketHeader();
    private final Rewriting rewriting = new Rewriting();

    private byte[] toServer(byte[] packet, long low, int port) {
        ByteBuffer in = ByteBuffer.wrap(packet);
        assertThat(header.parse(in, 0, packet.length)).isEqualTo(PacketHeader.Kind.TRANSPORT);
        byte[] out = new byte[packet.length];
        rewriting.destination(header, in, ByteBuffer.wrap(out), 0, 0xfd01L << 48, low, port);
        return out;
    }

    @Test
    void destination_anyProtocolAndFamily_checksumsCorrect() {
        for (byte[] transport : new byte[][] {
            TestPackets.tcp(4000, 80, TcpFlags.ACK, 31),
            TestPackets.udp(4000, 80, 32),
            TestPackets.sctp(4000, 80, SctpChunk.INIT)
        }) {
            int protocol = transport.length == 28 ? 132 : transport.length == 51 ? 6 : 17;
            byte[] v4 = TestPackets.v4(protocol, 0x0A010001, 0x0A000064, 64, 0, transport);
            byte[] v6 = TestPackets.v6(protocol, 1, 2, 64, transport);
            if (protocol != 132) {
                TestPackets.complete(v4);
                TestPackets.complete(v6);
            }
            for (byte[] packet : new byte[][] {v4, v6}) {
                byte[] sent = toServer(packet, 0xC0A8_0101L, 8080);
                assertThat(TestPackets.isHeaderCorrect(sent)).isTrue();
                assertThat(TestPackets.isTransportCorrect(sent))
                        .as("protocol %d", protocol)
                        .isTrue();
                assertThat(header.parse(ByteBuffer.wrap(sent), 0, sent.length)).isEqualTo(PacketHeader.Kind.TRANSPORT);
                assertThat(header.destinationPort()).isEqualTo(8080);
                assertThat(header.destinationLow()).isEqualTo(0xC0A8_0101L);
                assertThat(header.ttl()).isEqualTo(63);
            }
        }
    }

    @Test
    void destination_wrongChecksum_staysWrong() {
        byte[] packet = TestPackets.complete(
                TestPackets.v4(6, 0x0A010001, 0x0A000064, 64, 0, TestPackets.tcp(1, 80, TcpFlags.ACK, 9)));
        packet[36]++;

        assertThat(TestPackets.isTransportCorrect(toServer(packet, 0xC0A8_0101L, 8080)))
                .isFalse();
    }

    @Test
    void destination_datagramWithoutChecksum_checksumComputed() {
        byte[] packet = TestPackets.v4(17, 0x0A010001, 0x0A000064, 64, 0, TestPackets.udp(1, 80, 9));

        byte[] sent = toServer(packet, 0xC0A8_0101L, 8080);

        assertThat(sent[26] | sent[27]).isNotZero();
        assertThat(TestPackets.isTransportCorrect(sent)).isTrue();
    }
}
