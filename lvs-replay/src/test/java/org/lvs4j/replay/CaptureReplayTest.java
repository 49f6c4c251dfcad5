package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.replay.capture.CaptureReader;
import org.lvs4j.replay.capture.CaptureWriter;
import org.lvs4j.stats.Traffic;

final class CaptureReplayTest {
    private static final long START = TimeUnit.SECONDS.toNanos(1_700_000_000);
    private static final String VIRTUAL = "10.0.0.100:80";
    private static final String RULES = """
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.1.1:8080 -m
            -a -t 10.0.0.100:80 -r 192.168.1.2:8080 -m
            """;

    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();
    private final CaptureWriter capture = CaptureWriter.open(captured);
    private final ByteArrayOutputStream emitted = new ByteArrayOutputStream();
    private CaptureReplay replay = replay(RULES);

    private static CaptureReplay replay(String rules) {
        CaptureReplay replay =
                CaptureReplay.of(Director.builder(), PacketPaths.fixed(1500, IpAddress.parse("192.168.0.1")));
        try {
            Rules.parse(rules, "rules").applyTo(replay.director());
        } catch (RuleException e) {
            throw new AssertionError(e);
        }
        return replay;
    }

    private void at(long seconds, byte[] packet) throws IOException {
        capture.write(START + TimeUnit.SECONDS.toNanos(seconds), ByteBuffer.wrap(packet));
    }

    private CaptureSummary run() throws IOException {
        capture.flush();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(captured.toByteArray()), "in");
                CaptureWriter writer = CaptureWriter.open(emitted)) {
            int frames = 0;
            while (replay.next(reader, writer)) {
                frames++;
            }
            assertThat(replay.summary().frames()).isEqualTo(frames);
        }
        return replay.summary();
    }

    private record Sent(long seconds, byte[] packet) {}

    private List<Sent> sent() throws IOException {
        List<Sent> sent = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(emitted.toByteArray()), "out")) {
            while (reader.next()) {
                byte[] packet = new byte[reader.packet().remaining()];
                reader.packet().get(packet);
                sent.add(new Sent(TimeUnit.NANOSECONDS.toSeconds(reader.timeNanos() - START), packet));
            }
        }
        return sent;
    }

    private static Traffic traffic(CaptureSummary summary, int server) {
        return summary.services().get(0).servers().get(server).traffic();
    }

    /** A packet after one hop: the TTL is decremented and the header checksum updated. */
    private static byte[] hopped(byte[] packet) {
        byte[] hopped = packet.clone();
        hopped[8]--;
        int sum = TestPackets.fold((ByteBuffer.wrap(hopped).getShort(10) & 0xffff) + 0x100);
        ByteBuffer.wrap(hopped).putShort(10, (short) sum);
        return hopped;
    }

    @Test
    void next_connectionAndItsReply_masqueradedInBothDirectionsAndCounted() throws IOException {
        String client = "10.1.0.1:4000";
        at(0, TestPackets.tcp(client, VIRTUAL, TcpFlags.SYN, 0));
        at(1, TestPackets.tcp("192.168.1.2:8080", client, TcpFlags.SYN | TcpFlags.ACK, 0));
        at(2, TestPackets.tcp(client, VIRTUAL, TcpFlags.ACK, 10));

        CaptureSummary summary = run();

        assertThat(sent()).extracting(Sent::seconds).containsExactly(0L, 1L, 2L);
        assertThat(sent().get(0).packet())
                .isEqualTo(hopped(TestPackets.tcp(client, "192.168.1.2:8080", TcpFlags.SYN, 0)));
        assertThat(sent().get(1).packet())
                .isEqualTo(hopped(TestPackets.tcp(VIRTUAL, client, TcpFlags.SYN | TcpFlags.ACK, 0)));
        assertThat(summary.toServers()).isEqualTo(2);
        assertThat(summary.toClients()).isEqualTo(1);
        assertThat(summary.emitted()).isEqualTo(3);
        assertThat(summary.wrongChecksums()).isZero();
        assertThat(summary.spanNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        assertThat(traffic(summary, 0)).isEqualTo(new Traffic(1, 2, 1, 90, 40));
        assertThat(traffic(summary, 1)).isEqualTo(Traffic.NONE);
    }

    @Test
    void next_packetsWithoutService_passedAndNotEmitted() throws IOException {
        at(0, TestPackets.tcp("10.1.0.1:4000", "10.0.0.7:80", TcpFlags.SYN, 0));
        at(0, TestPackets.udp("10.1.0.1:4000", VIRTUAL, 5));

        CaptureSummary summary = run();

        assertThat(summary.passed()).isEqualTo(2);
        assertThat(sent()).isEmpty();
    }

    @Test
    void next_serviceWithoutServers_answered() throws IOException {
        replay = replay("-A -t 10.0.0.100:80 -s rr");
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));

        assertThat(run().answered()).isEqualTo(1);
        assertThat(sent()).hasSize(1);
        assertThat(sent().get(0).packet()[9]).as("ICMP").isEqualTo((byte) 1);
    }

    @Test
    void next_idleHours_connectionsExpire() throws IOException {
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(TimeUnit.HOURS.toSeconds(20), TestPackets.tcp("10.1.0.2:4000", VIRTUAL, TcpFlags.SYN, 0));

        CaptureSummary summary = run();

        assertThat(summary.services().get(0).servers())
                .extracting(ServerSnapshot::active)
                .containsExactly(0, 1);
    }

    @Test
    void next_pauseOfYears_passesAtOnce() throws IOException {
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(TimeUnit.DAYS.toSeconds(20_000), TestPackets.tcp("10.1.0.2:4000", VIRTUAL, TcpFlags.SYN, 0));

        CaptureSummary summary = run();

        assertThat(summary.spanNanos()).isEqualTo(TimeUnit.DAYS.toNanos(20_000));
        assertThat(sent().get(1).seconds()).isEqualTo(TimeUnit.DAYS.toSeconds(20_000));
    }

    @Test
    void next_sixtyPausesOfDays_connectionsExpire() throws IOException {
        for (int i = 0; i < 60; i++) {
            at(TimeUnit.DAYS.toSeconds(3L * i), TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        }
        CaptureSummary summary = run();
        assertThat(summary.spanNanos()).isEqualTo(TimeUnit.DAYS.toNanos(59 * 3));
        assertThat(summary.services().get(0).servers().stream()
                        .mapToLong(server -> server.traffic().connections())
                        .sum())
                .isEqualTo(60);
    }

    @Test
    void next_pauseOfDaysWithTemplate_templateStillThere() throws IOException {
        replay = replay(RULES.replace("-s rr", "-s rr -p 864000"));
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(TimeUnit.DAYS.toSeconds(4), TestPackets.tcp("10.1.0.1:4001", VIRTUAL, TcpFlags.SYN, 0));

        CaptureSummary summary = run();

        assertThat(traffic(summary, 0).connections()).isEqualTo(2);
    }

    @Test
    void next_timestampsGoBackwards_clockStops() throws IOException {
        at(100, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(50, TestPackets.tcp("10.1.0.2:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(110, TestPackets.tcp("10.1.0.3:4000", VIRTUAL, TcpFlags.SYN, 0));

        CaptureSummary summary = run();

        // A half-open connection expires after 60 s. If 60 s had passed on the clock, the first one would have expired.
        assertThat(summary.services().get(0).servers())
                .extracting(ServerSnapshot::active)
                .containsExactly(2, 1);
        assertThat(summary.backwards()).isEqualTo(1);
        assertThat(summary.spanNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(sent()).extracting(Sent::seconds).containsExactly(100L, 50L, 110L);
    }

    @Test
    void next_wrongChecksum_staysWrongUnlessRepaired() throws IOException {
        byte[] wrong = TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0);
        wrong[37] ^= 1;
        at(0, wrong);
        assertThat(run().wrongChecksums()).isEqualTo(1);
        byte[] right = hopped(TestPackets.tcp("10.1.0.1:4000", "192.168.1.2:8080", TcpFlags.SYN, 0));
        assertThat(sent().get(0).packet()).isNotEqualTo(right);

        replay = replay(RULES);
        replay.repairChecksums();
        emitted.reset();
        assertThat(run().wrongChecksums()).isEqualTo(1);
        assertThat(sent().get(0).packet()).isEqualTo(right);
    }

    @Test
    void next_checksumLeftToTheCard_completed() throws IOException {
        byte[] packet = TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0);
        ByteBuffer.wrap(packet).putShort(36, (short) TestPackets.fold(TestPackets.pseudoSum(packet)));
        at(0, packet);

        assertThat(run().unfinishedChecksums()).isEqualTo(1);
        assertThat(sent().get(0).packet())
                .isEqualTo(hopped(TestPackets.tcp("10.1.0.1:4000", "192.168.1.2:8080", TcpFlags.SYN, 0)));
    }

    @Test
    void mark_packetsToAnAddress_forwardedByServiceOfTheMark() throws IOException {
        replay = replay("-A -f 5 -s rr\n-a -f 5 -r 192.168.1.1:8080 -m\n");
        replay.mark(Protocol.TCP, Endpoint.parse("10.0.0.100:0"), 7);
        replay.mark(Protocol.TCP, Endpoint.parse(VIRTUAL), 5);
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        at(0, TestPackets.tcp("10.1.0.1:4000", "10.0.0.100:81", TcpFlags.SYN, 0));
        at(0, TestPackets.udp("10.1.0.1:4000", VIRTUAL, 5));

        CaptureSummary summary = run();

        assertThat(summary.toServers()).isEqualTo(1);
        assertThat(summary.passed()).isEqualTo(2);
        assertThat(sent().get(0).packet())
                .isEqualTo(hopped(TestPackets.tcp("10.1.0.1:4000", "192.168.1.1:8080", TcpFlags.SYN, 0)));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.1:4000 10.0.0.100:80 192.168.1.1:80, 3000",
        "10.1.0.1:4000 10.0.0.100:80 192.168.1.1:80, 70000",
        "10.1.0.1:4000 10.0.0.100:80 192.168.1.1:80, 131000",
        "[fd00::1]:4000 [fd00:1::1]:80 [fd00:2::1]:80, 3000",
        "[fd00::1]:4000 [fd00:1::1]:80 [fd00:2::1]:80, 70000",
        "[fd00::1]:4000 [fd00:1::1]:80 [fd00:2::1]:80, 131000"
    })
    void next_segmentsLeftToTheCard_forwardedWithEveryByte(String addresses, int payload) throws IOException {
        String[] address = addresses.split(" ");
        String rules = "-A -t %2$s -s rr\n-a -t %2$s -r %3$s -m\n".formatted((Object[]) address);
        replay = CaptureReplay.of(Director.builder(), PacketPaths.fixed(65_535));
        applied(rules);
        at(0, TestPackets.tcp(address[0], address[1], TcpFlags.SYN, 0));
        byte[] large = TestPackets.tcp(address[0], address[1], TcpFlags.ACK, payload);
        for (int i = 0; i < 4000; i++) {
            large[large.length - 1 - i * (payload / 4000 + 1) % payload] = (byte) i;
        }
        int pseudo = TestPackets.fold(TestPackets.pseudoSum(large));
        ByteBuffer.wrap(large).putShort(TestPackets.transport(large) + 16, (short) pseudo);
        int lengthAt = large[0] >> 4 == 4 ? 2 : 4;
        large[lengthAt] = 0;
        large[lengthAt + 1] = 0;
        at(1, large);

        CaptureSummary summary = run();

        assertThat(summary.segmented()).isEqualTo(payload > 65_535 ? 1 : 0);
        assertThat(summary.unfinishedChecksums()).isEqualTo(payload > 65_535 ? 0 : 1);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int sequence = 0;
        for (Sent sent : sent().subList(1, sent().size())) {
            int header = TestPackets.transport(sent.packet()) + 20;
            sequence = ByteBuffer.wrap(sent.packet()).getInt(header - 16);
            assertThat(sequence - ByteBuffer.wrap(large).getInt(header - 16)).isEqualTo(received.size());
            PacketChecksums checksums = new PacketChecksums(false);
            checksums.finish(ByteBuffer.wrap(sent.packet()));
            assertThat(checksums.wrong() || checksums.unfinished())
                    .as("%d bytes", payload)
                    .isFalse();
            received.write(sent.packet(), header, sent.packet().length - header);
        }
        byte[] data = Arrays.copyOfRange(large, large.length - payload, large.length);
        assertThat(received.toByteArray()).isEqualTo(data);
    }

    @ParameterizedTest
    @CsvSource({
        "-t, 10.1.0.1:4000 10.0.0.100:80 192.168.1.1:8080, 1500, 96",
        "-u, 10.1.0.1:4000 10.0.0.100:80 192.168.1.1:8080, 1500, 28",
        "-u, [fd00::1]:4000 [fd00:1::1]:80 [fd00:2::1]:8080, 1500, 96",
        "-t, 10.1.0.1:4000 10.0.0.100:80 192.168.1.1:8080, 1500, 39",
        "-t, [fd00::1]:4000 [fd00:1::1]:80 [fd00:2::1]:8080, 1500, 50"
    })
    void next_truncatedPacket_forwardedAsFarAsItGoesOnRequest(String service, String addresses, int payload, int start)
            throws IOException {
        String[] address = addresses.split(" ");
        String rules = "-A " + service + " " + address[1] + " -s rr\n-a " + service + " " + address[1] + " -r "
                + address[2] + " -m\n";
        boolean tcp = service.equals("-t");
        byte[] sent = packet(tcp, address[0], address[1], payload);
        boolean headers = start >= TestPackets.transport(sent) + (tcp ? 20 : 8);
        for (boolean requested : new boolean[] {false, true}) {
            ByteArrayOutputStream in = new ByteArrayOutputStream();
            try (CaptureWriter writer = CaptureWriter.open(in)) {
                writer.write(START, ByteBuffer.wrap(sent, 0, start), sent.length);
            }
            captured.reset();
            captured.write(in.toByteArray());
            emitted.reset();
            replay = CaptureReplay.of(Director.builder(), PacketPaths.fixed(65_535));
            applied(rules);
            if (requested) {
                replay.forwardTruncated();
            }

            CaptureSummary summary = run();

            boolean forwarded = requested && headers;
            assertThat(summary.truncated()).isEqualTo(forwarded ? 1 : 0);
            assertThat(summary.cut()).isEqualTo(forwarded ? 0 : 1);
            assertThat(summary.toServers()).isEqualTo(forwarded ? 1 : 0);
            if (forwarded) {
                byte[] whole = packet(tcp, address[0], address[2], payload);
                byte[] expected = Arrays.copyOf(sent[0] >> 4 == 4 ? hopped(whole) : whole, start);
                if (sent[0] >> 4 == 6) {
                    expected[7]--;
                }
                try (CaptureReader reader =
                        CaptureReader.open(new ByteArrayInputStream(emitted.toByteArray()), "out")) {
                    assertThat(reader.next()).isTrue();
                    assertThat(reader.content()).isEqualTo(CaptureReader.Content.CUT);
                    byte[] packet = new byte[reader.packet().remaining()];
                    reader.packet().get(packet);
                    assertThat(packet).isEqualTo(expected);
                }
            }
        }
    }

    private static byte[] packet(boolean tcp, String from, String to, int payload) {
        return tcp ? TestPackets.tcp(from, to, TcpFlags.SYN, payload) : TestPackets.udp(from, to, payload);
    }

    @Test
    void next_jumbogram_forwardedWithoutItsHopByHopHeader() throws IOException {
        replay = CaptureReplay.of(Director.builder(), PacketPaths.fixed(65_535));
        applied("-A -t [fd00:1::1]:80 -s rr\n-a -t [fd00:1::1]:80 -r [fd00:2::1]:80 -m\n");
        at(0, TestPackets.tcp("[fd00::1]:4000", "[fd00:1::1]:80", TcpFlags.SYN, 0));
        byte[] packet = TestPackets.tcp("[fd00::1]:4000", "[fd00:1::1]:80", TcpFlags.ACK | TcpFlags.FIN, 70_000);
        ByteBuffer jumbogram = ByteBuffer.allocate(packet.length + 8);
        jumbogram.put(packet, 0, 40).put((byte) 6).put((byte) 0).putShort((short) 0xc204);
        jumbogram.putInt(packet.length - 40 + 8).put(packet, 40, packet.length - 40);
        jumbogram.putShort(4, (short) 0).put(6, (byte) 0);
        at(1, jumbogram.array());

        assertThat(run().segmented()).isEqualTo(1);
        assertThat(sent()).hasSize(3);
        assertThat(sent().get(1).packet()[6]).isEqualTo((byte) 6);
        assertThat(sent().get(1).packet()[53]).as("flags").isEqualTo((byte) TcpFlags.ACK);
        assertThat(sent().get(2).packet()[53]).as("flags").isEqualTo((byte) (TcpFlags.ACK | TcpFlags.FIN));
        assertThat(sent().get(1).packet().length + sent().get(2).packet().length)
                .isEqualTo(70_000 + 2 * 60);
    }

    private void applied(String rules) {
        try {
            Rules.parse(rules, "rules").applyTo(replay.director());
        } catch (RuleException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void next_writerNull_onlyCounted() throws IOException {
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        capture.flush();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(captured.toByteArray()), "in")) {
            assertThat(replay.next(reader, null)).isTrue();
        }
        assertThat(replay.summary().emitted()).isEqualTo(1);
    }

    @Test
    void next_captureCutShort_reportedInSummary() throws IOException {
        at(0, TestPackets.tcp("10.1.0.1:4000", VIRTUAL, TcpFlags.SYN, 0));
        capture.flush();
        captured.write(new byte[3]);

        CaptureSummary summary = run();

        assertThat(summary.cutShort()).isTrue();
        assertThat(summary.packets()).isEqualTo(1);
    }

    @Test
    void publicMethods_null_refusedByName() {
        PacketPaths paths = PacketPaths.fixed(1500);
        assertThatNullPointerException()
                .isThrownBy(() -> CaptureReplay.of(null, paths))
                .withMessage("builder");
        assertThatNullPointerException()
                .isThrownBy(() -> CaptureReplay.of(Director.builder(), null))
                .withMessage("paths");
        assertThatNullPointerException()
                .isThrownBy(() -> replay.next(null, capture))
                .withMessage("reader");
        assertThatNullPointerException()
                .isThrownBy(() -> replay.mark(null, Endpoint.parse(VIRTUAL), 1))
                .withMessage("protocol");
        assertThatNullPointerException()
                .isThrownBy(() -> replay.mark(Protocol.TCP, null, 1))
                .withMessage("virtual");
    }

    @Test
    void next_sameCaptureTwice_sameBytes() throws IOException {
        String rules = RULES.replace("-s rr", "-s twos");
        replay = replay(rules);
        for (int i = 0; i < 200; i++) {
            at(i, TestPackets.tcp("10.1.0.1:" + (4000 + i), VIRTUAL, TcpFlags.SYN, 0));
        }
        run();
        byte[] first = emitted.toByteArray();
        emitted.reset();
        replay = replay(rules);
        run();

        assertThat(emitted.toByteArray()).isEqualTo(first);
    }
}
