package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.TcpFlags;

final class PacketChecksumsTest {
    private final PacketChecksums verifying = new PacketChecksums(false);
    private final PacketChecksums repairing = new PacketChecksums(true);

    static Stream<byte[]> packets() {
        return Stream.of(
                TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.SYN, 0),
                TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.ACK, 33),
                TestPackets.tcp("[fd00::1]:4000", "[fd00:1::100]:80", TcpFlags.ACK, 1200),
                TestPackets.udp("10.1.0.1:4000", "10.0.0.100:53", 5),
                TestPackets.udp("[fd00::1]:4000", "[fd00:1::100]:53", 6),
                TestPackets.icmp("10.1.0.1", "10.0.0.100"),
                TestPackets.icmpv6("fd00::1", "fd00:1::100"));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void finish_correctChecksums_packetUnchanged(byte[] packet) {
        byte[] before = packet.clone();
        repairing.finish(ByteBuffer.wrap(packet));

        assertThat(repairing.wrong()).isFalse();
        assertThat(repairing.unfinished()).isFalse();
        assertThat(packet).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("packets")
    void finish_oneBitWrong_reportedAndRepairedOnRequest(byte[] packet) {
        int last = packet.length - 1;
        packet[last] ^= 4;
        byte[] damaged = packet.clone();
        verifying.finish(ByteBuffer.wrap(packet));
        assertThat(verifying.wrong()).isTrue();
        assertThat(packet).isEqualTo(damaged);

        repairing.finish(ByteBuffer.wrap(packet));
        assertThat(repairing.wrong()).isTrue();
        verifying.finish(ByteBuffer.wrap(packet));
        assertThat(verifying.wrong()).isFalse();
        assertThat(packet[last]).isEqualTo(damaged[last]);
    }

    @ParameterizedTest
    @MethodSource("packets")
    void finish_checksumLeftToTheCard_completed(byte[] packet) {
        byte[] right = packet.clone();
        int transport = TestPackets.transport(packet);
        int protocol = transport == 20 ? packet[9] : packet[6];
        if (protocol != 6 && protocol != 17) {
            return;
        }
        for (int length : new int[] {0, packet.length - transport}) {
            int pseudo = TestPackets.fold(TestPackets.pseudoSum(right) - length);
            ByteBuffer.wrap(packet).putShort(transport + (protocol == 6 ? 16 : 6), (short) pseudo);
            verifying.finish(ByteBuffer.wrap(packet));

            assertThat(verifying.unfinished()).isTrue();
            assertThat(verifying.wrong()).isFalse();
            assertThat(packet).isEqualTo(right);
        }
    }

    @Test
    void finish_wrongIpv4HeaderChecksum_onlyThatRepaired() {
        byte[] packet = TestPackets.udp("10.1.0.1:4000", "10.0.0.100:53", 5);
        byte[] right = packet.clone();
        packet[10] ^= 1;
        repairing.finish(ByteBuffer.wrap(packet));

        assertThat(repairing.wrong()).isTrue();
        assertThat(packet).isEqualTo(right);
    }

    @Test
    void finish_datagramWithoutChecksum_unchanged() {
        byte[] packet = TestPackets.udp("10.1.0.1:4000", "10.0.0.100:53", 5);
        packet[26] = 0;
        packet[27] = 0;
        repairing.finish(ByteBuffer.wrap(packet));

        assertThat(repairing.wrong()).isFalse();
        assertThat(packet).endsWith(0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void finish_fragment_onlyHeaderVerified() {
        byte[] packet = TestPackets.udp("10.1.0.1:4000", "10.0.0.100:53", 5);
        byte[] whole = packet.clone();
        packet[6] = 0x20;
        packet[packet.length - 1] = 9;
        byte[] damaged = packet.clone();
        repairing.finish(ByteBuffer.wrap(packet));

        assertThat(repairing.wrong()).isTrue();
        assertThat(packet).isNotEqualTo(damaged);
        assertThat(ByteBuffer.wrap(packet, 26, 7)).isEqualTo(ByteBuffer.wrap(damaged, 26, 7));
        assertThat(packet[26]).isEqualTo(whole[26]);
    }

    @Test
    void finish_lengthZero_writtenOnRequest() {
        byte[] packet = TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.ACK, 33);
        byte[] right = packet.clone();
        packet[2] = 0;
        packet[3] = 0;
        repairing.finish(ByteBuffer.wrap(packet));

        assertThat(packet).isEqualTo(right);
    }

    @Test
    void finish_ipv4HeaderLeftToTheCard_completedWithoutRequest() {
        byte[] right = TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:80", TcpFlags.ACK, 3000);
        for (boolean segmented : new boolean[] {false, true}) {
            byte[] packet = right.clone();
            packet[10] = 0;
            packet[11] = 0;
            if (segmented) {
                packet[2] = 0;
                packet[3] = 0;
            }
            verifying.finish(ByteBuffer.wrap(packet));

            assertThat(verifying.unfinished()).isTrue();
            assertThat(verifying.wrong()).isFalse();
            assertThat(packet).isEqualTo(right);
        }
    }

    @Test
    void finish_ipv6LengthLeftToTheCard_completed() {
        byte[] right = TestPackets.tcp("[fd00::1]:4000", "[fd00:1::100]:80", TcpFlags.ACK, 3000);
        byte[] packet = right.clone();
        packet[4] = 0;
        packet[5] = 0;
        verifying.finish(ByteBuffer.wrap(packet));

        assertThat(verifying.unfinished()).isTrue();
        assertThat(packet).isEqualTo(right);
    }

    @Test
    void finish_mutatedBytes_nothingWrittenOutside() {
        SplittableRandom random = new SplittableRandom(77);
        byte[][] seeds = packets().toArray(byte[][]::new);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt();
            }
            int start = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : 0;
            int end = start + random.nextInt(bytes.length - start + 1);
            byte[] before = bytes.clone();
            repairing.finish(ByteBuffer.wrap(bytes).limit(end).position(start));

            assertThat(Arrays.equals(bytes, 0, start, before, 0, start))
                    .as("seed 77, round %d, bytes before the packet", round)
                    .isTrue();
            assertThat(Arrays.equals(bytes, end, bytes.length, before, end, bytes.length))
                    .as("seed 77, round %d, bytes after the packet", round)
                    .isTrue();
        }
    }
}
