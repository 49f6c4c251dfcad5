package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.config.Rules;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.replay.capture.CaptureReader;
import org.lvs4j.replay.capture.CaptureWriter;

/** Mutated packets through a director: every frame is counted exactly once, regardless of its packet. */
@Tag("slow")
class CaptureReplayFuzzTest {
    private static final int ROUNDS = 400;
    private static final String RULES = """
            -A -t 10.0.0.100:80 -s wrr
            -a -t 10.0.0.100:80 -r 192.168.1.1:8080 -m
            -a -t 10.0.0.100:80 -r 192.168.1.2:80 -g
            -a -t 10.0.0.100:80 -r 192.168.1.3:80 -i
            -A -u [fd00:1::100]:53 -s rr
            -a -u [fd00:1::100]:53 -r [fd00:2::1]:5353 -m
            """;

    private static List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String client = "10.1.0.1:" + (4000 + i);
            packets.add(TestPackets.tcp(client, "10.0.0.100:80", TcpFlags.SYN, 0));
            packets.add(TestPackets.tcp("192.168.1.1:8080", client, TcpFlags.SYN | TcpFlags.ACK, 0));
            packets.add(TestPackets.tcp(client, "10.0.0.100:80", TcpFlags.ACK, 30));
            packets.add(TestPackets.udp("[fd00::1]:4000", "[fd00:1::100]:53", 20));
            packets.add(TestPackets.udp("[fd00:2::1]:5353", "[fd00::1]:4000", 20));
            packets.add(TestPackets.icmp("10.1.0.1", "10.0.0.100"));
        }
        return packets;
    }

    /** A capture with mutated packets in intact records; {@code CaptureFuzzTest} mutates the records. */
    private static byte[] mutated(SplittableRandom random) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter writer = CaptureWriter.open(bytes)) {
            long timeNanos = 1_700_000_000_000_000_000L;
            for (byte[] packet : packets()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    int at = random.nextInt(packet.length);
                    packet[at] = random.nextInt(3) == 0
                            ? (byte) random.nextInt()
                            : (byte) (packet[at] ^ 1 << random.nextInt(8));
                }
                int length = random.nextInt(20) == 0 ? random.nextInt(packet.length) : packet.length;
                timeNanos += random.nextLong(-1_000_000_000L, 10_000_000_000L);
                writer.write(timeNanos, ByteBuffer.wrap(packet, 0, length));
            }
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {301, 302, 303})
    void next_mutatedPackets_everyFrameCountedOnce(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        long forwarded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutated = mutated(random);
            String where = "seed " + seed + ", round " + round;
            CaptureReplay replay =
                    CaptureReplay.of(Director.builder(), PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1")));
            Rules.parse(RULES, "rules").applyTo(replay.director());
            if (round % 2 == 0) {
                replay.repairChecksums();
            }
            try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(mutated), "in");
                    CaptureWriter writer = CaptureWriter.open(new ByteArrayOutputStream())) {
                while (replay.next(reader, writer)) {}
            } catch (RuntimeException | Error e) {
                fail(where + ": " + HexFormat.of().formatHex(mutated), e);
            }
            CaptureSummary all = replay.summary();
            assertThat(all.frames()).as(where).isEqualTo(packets().size());
            assertThat(all.packets() + all.cut() + all.other()).as(where).isEqualTo(all.frames());
            assertThat(all.toServers() + all.toClients() + all.answered() + all.passed() + all.dropped() + all.held())
                    .as(where)
                    .isEqualTo(all.packets());
            forwarded += all.toServers() + all.toClients();
        }
        assertThat(forwarded).as("seed " + seed).isPositive();
    }
}
