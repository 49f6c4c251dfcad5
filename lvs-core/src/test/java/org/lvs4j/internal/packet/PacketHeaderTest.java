package org.lvs4j.internal.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.lvs4j.internal.packet.PacketHeader.Kind;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.SctpChunk;
import org.lvs4j.net.TcpFlags;

class PacketHeaderTest {
    private static final int CLIENT = 0x0A010001;
    private static final int VIRTUAL = 0x0A000064;

    private final PacketHeader header = new PacketHeader();

    private Kind parse(byte[] packet) {
        return header.parse(ByteBuffer.wrap(packet), 0, packet.length);
    }

    @Test
    void parse_tcpOverV4_allFieldsFilled() {
        byte[] packet = TestPackets.v4(
                6, CLIENT, VIRTUAL, 63, 0x4000, TestPackets.tcp(4000, 80, TcpFlags.SYN | TcpFlags.ACK, 3));

        assertThat(parse(packet)).isEqualTo(Kind.TRANSPORT);
        assertThat(header.protocol()).isEqualTo(Protocol.TCP);
        assertThat(header.sourceLow()).isEqualTo(CLIENT);
        assertThat(header.destinationLow()).isEqualTo(VIRTUAL);
        assertThat(header.sourcePort()).isEqualTo(4000);
        assertThat(header.destinationPort()).isEqualTo(80);
        assertThat(header.flagsOrChunk()).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
        assertThat(header.ttl()).isEqualTo(63);
        assertThat(header.dontFragment()).isTrue();
        assertThat(header.length()).isEqualTo(43);
    }

    @Test
    void parse_padding_excludedFromEnd() {
        byte[] packet = TestPackets.v4(17, CLIENT, VIRTUAL, 63, 0, TestPackets.udp(1, 2, 3));

        assertThat(header.parse(ByteBuffer.wrap(Arrays.copyOf(packet, 60)), 0, 60))
                .isEqualTo(Kind.TRANSPORT);
        assertThat(header.end()).isEqualTo(packet.length);
    }

    @Test
    void parse_wrongHeaderChecksum_malformed() {
        byte[] packet = TestPackets.v4(17, CLIENT, VIRTUAL, 63, 0, TestPackets.udp(1, 2, 3));
        packet[12]++;

        assertThat(parse(packet)).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void parse_truncatedAnywhere_malformed() {
        byte[] v4 = TestPackets.v4(6, CLIENT, VIRTUAL, 63, 0, TestPackets.tcp(4000, 80, TcpFlags.SYN, 3));
        byte[] v6 = TestPackets.v6(6, 1, 2, 63, TestPackets.tcp(4000, 80, TcpFlags.SYN, 3));
        for (int length = 0; length < v4.length; length++) {
            assertThat(parse(Arrays.copyOf(v4, length))).as("%d", length).isEqualTo(Kind.MALFORMED);
        }
        for (int length = 0; length < v6.length; length++) {
            assertThat(parse(Arrays.copyOf(v6, length))).as("%d", length).isEqualTo(Kind.MALFORMED);
        }
    }

    @Test
    void parse_extensionHeaders_transportHeaderFound() {
        byte[] udp = TestPackets.udp(5, 53, 4);
        ByteBuffer payload = ByteBuffer.allocate(16 + 12 + 8 + udp.length);
        payload.put((byte) 51).put((byte) 1).position(16);
        payload.put((byte) 60).put((byte) 1).position(28);
        payload.put((byte) 17).put((byte) 0).position(36);
        payload.put(udp);

        assertThat(parse(TestPackets.v6(0, 1, 2, 9, payload.array()))).isEqualTo(Kind.TRANSPORT);
        assertThat(header.protocol()).isEqualTo(Protocol.UDP);
        assertThat(header.destinationPort()).isEqualTo(53);
        assertThat(header.headerBytes()).isEqualTo(76);
    }

    @Test
    void parse_extensionHeadersWithoutEnd_malformed() {
        assertThat(parse(TestPackets.v6(60, 1, 2, 9, new byte[] {60, 0, 0, 0, 0, 0, 0, 0})))
                .isEqualTo(Kind.MALFORMED);
        assertThat(parse(TestPackets.v6(60, 1, 2, 9, repeated(60, 40)))).isEqualTo(Kind.MALFORMED);
    }

    private static byte[] repeated(int type, int times) {
        byte[] headers = new byte[8 * times];
        for (int i = 0; i < times; i++) {
            headers[i * 8] = (byte) type;
        }
        return headers;
    }

    @Test
    void parse_fragments_offsetAndFlagsFilled() {
        assertThat(parse(TestPackets.v4(17, CLIENT, VIRTUAL, 9, 0x2000, new byte[8])))
                .isEqualTo(Kind.FRAGMENT);
        assertThat(header.moreFragments()).isTrue();
        assertThat(parse(TestPackets.v4(17, CLIENT, VIRTUAL, 9, 5, new byte[8])))
                .isEqualTo(Kind.FRAGMENT);
        assertThat(header.fragmentOffset()).isEqualTo(40);
        assertThat(parse(TestPackets.v6(44, 1, 2, 9, new byte[] {17, 0, 0, 9, 0, 0, 0, 7, 1, 2})))
                .isEqualTo(Kind.FRAGMENT);
        assertThat(header.fragmentOffset()).isEqualTo(8);
        assertThat(header.identification()).isEqualTo(7);
    }

    @Test
    void parse_abortAfterCookieEcho_chunkTypeIsAbort() {
        ByteBuffer chunks = ByteBuffer.allocate(12 + 8 + 4);
        chunks.position(12);
        chunks.put((byte) SctpChunk.COOKIE_ECHO)
                .put((byte) 0)
                .putShort((short) 8)
                .putInt(0)
                .put((byte) SctpChunk.ABORT)
                .put((byte) 0)
                .putShort((short) 4);

        assertThat(parse(TestPackets.v4(132, CLIENT, VIRTUAL, 9, 0, chunks.array())))
                .isEqualTo(Kind.TRANSPORT);
        assertThat(header.flagsOrChunk()).isEqualTo(SctpChunk.ABORT);
    }

    @Test
    void parseQuoted_truncatedAfterThePorts_portsFilled() {
        byte[] packet = TestPackets.v4(6, VIRTUAL, CLIENT, 9, 0, TestPackets.tcp(80, 4000, TcpFlags.SYN, 30));

        assertThat(header.parseQuoted(ByteBuffer.wrap(packet), 0, 24)).isEqualTo(Kind.TRANSPORT);
        assertThat(header.destinationPort()).isEqualTo(4000);
        assertThat(header.parseQuoted(ByteBuffer.wrap(packet), 0, 23)).isEqualTo(Kind.MALFORMED);
    }
}
