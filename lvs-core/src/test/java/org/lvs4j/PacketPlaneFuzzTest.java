package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.IpAddress;
import org.lvs4j.packet.TestPackets;

/**
 * Recorded packets, damaged: every one gets a verdict, nothing beside the output is written, and what comes out has right
 * checksums if what went in had.
 */
class PacketPlaneFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final int CANARIES = 16;
    private static final byte CANARY = 0x5C;
    private static final Pattern PACKET = Pattern.compile("\"in\": \"([0-9a-f]+)\"");

    private final SplittableRandom random = new SplittableRandom(20_240_601);
    private long nowNanos;

    private static List<byte[]> corpus() throws IOException {
        List<byte[]> corpus = new ArrayList<>();
        for (String name : List.of("nat-frag", "nat-icmp", "nat-tcp", "nat-udp", "tunnel-gue", "toobig", "route")) {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    Objects.requireNonNull(
                            PacketPlaneFuzzTest.class.getResourceAsStream("/golden/packets/" + name + ".jsonl")),
                    StandardCharsets.UTF_8))) {
                lines.lines().forEach(line -> {
                    Matcher packet = PACKET.matcher(line);
                    if (packet.find()) {
                        corpus.add(HexFormat.of().parseHex(packet.group(1)));
                    }
                });
            }
        }
        return corpus;
    }

    private PacketPlane plane() throws RuleException {
        Director director = Director.builder().ticker(() -> nowNanos).build();
        StringBuilder rules = new StringBuilder();
        String[] ways = {
            "-m", "-g", "-i", "-i --tun-type gue --tun-port 6080 --tun-csum", "-i --tun-type gre --tun-csum"
        };
        int way = 0;
        for (String type : List.of("-t", "-u")) {
            for (int port : new int[] {80, 53, 443, 8000, 514, 69}) {
                for (String host : List.of("10.0.0.100", "[fd00:1::100]")) {
                    String service = type + " " + host + ":" + port;
                    boolean v4 = host.startsWith("1");
                    rules.append("-A ").append(service).append(" -s rr\n");
                    for (int i = 0; i < 3; i++) {
                        rules.append("-a ").append(service).append(" -r ");
                        rules.append(v4 ? "192.168.1." + (11 + i) : "[fd00:2::" + (11 + i) + "]").append(":" + port);
                        rules.append(' ').append(ways[way++ % ways.length]).append('\n');
                    }
                }
            }
        }
        Rules.parse(rules.toString(), "fuzz").applyTo(director);
        return director.packetPlane(PacketPaths.fixed(
                        1400, IpAddress.parse("192.168.0.1"), IpAddress.parse("fd00:2:ffff::1")))
                .seed(1)
                .build();
    }

    @Test
    void process_damagedPackets_getVerdictsAndLeaveEverythingElseAlone() throws Exception {
        List<byte[]> corpus = corpus();
        PacketPlane plane = plane();
        assertThat(corpus).hasSizeGreaterThan(900);
        int sent = 0;
        for (int round = 0; round < ROUNDS; round++) {
            nowNanos += random.nextLong(20_000_000L);
            byte[] packet = corpus.get(random.nextInt(corpus.size())).clone();
            if (random.nextInt(4) != 0) {
                packet = damage(packet);
            }
            sent += process(plane, packet, round);
        }
        assertThat(sent).isGreaterThan(ROUNDS / 20);
    }

    private byte[] damage(byte[] original) {
        byte[] packet = original;
        if (random.nextInt(6) == 0) {
            packet = Arrays.copyOf(packet, random.nextInt(packet.length + 20));
        }
        for (int i = random.nextInt(4); i > 0 && packet.length > 0; i--) {
            // Headers are where damage tells.
            int at = random.nextInt(random.nextBoolean() ? Math.min(packet.length, 64) : packet.length);
            packet[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (packet[at] ^ 1 << random.nextInt(8));
        }
        if (packet.length >= 60 && packet[0] == 0x45 && random.nextInt(3) != 0) {
            TestPackets.complete4(packet);
        }
        return packet;
    }

    private int process(PacketPlane plane, byte[] packet, int round) {
        ByteBuffer in = guarded(packet.length, random.nextBoolean());
        in.put(in.position(), packet);
        int room = random.nextInt(8) == 0 ? random.nextInt(100) : 3000;
        ByteBuffer out = guarded(room, random.nextBoolean());
        try {
            boolean whole = packet.length >= 20
                    && (packet[0] >>> 4 == 4 || packet[0] >>> 4 == 6)
                    && isExact(packet)
                    && TestPackets.isTransportRight(packet);
            long verdict = plane.process(in, out);
            int sent = 0;
            while (true) {
                sent += check(out, verdict, whole, round);
                if (!PacketVerdict.more(verdict)) {
                    break;
                }
                verdict = plane.next(out);
            }
            checkGuard(in, packet.length, round);
            checkGuard(out, room, round);
            byte[] after = new byte[packet.length];
            in.get(in.position(), after);
            assertThat(after).as("input, round %d", round).isEqualTo(packet);
            return sent;
        } catch (RuntimeException e) {
            return fail("round " + round + ": " + HexFormat.of().formatHex(packet), e);
        }
    }

    /** Whether the packet's length field is its length, so that the second opinion sees the same packet. */
    private static boolean isExact(byte[] packet) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        return packet[0] >>> 4 == 4
                ? packet[0] == 0x45 && (buffer.getShort(2) & 0xFFFF) == packet.length
                : packet.length >= 40 && (buffer.getShort(4) & 0xFFFF) + 40 == packet.length && packet[6] != 44;
    }

    private static ByteBuffer guarded(int length, boolean direct) {
        int capacity = length + 2 * CANARIES;
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
        for (int i = 0; i < capacity; i++) {
            buffer.put(i, CANARY);
        }
        return buffer.position(CANARIES).limit(CANARIES + length);
    }

    private static void checkGuard(ByteBuffer buffer, int length, int round) {
        assertThat(buffer.position()).isEqualTo(CANARIES);
        assertThat(buffer.limit()).isEqualTo(CANARIES + length);
        ByteBuffer all = buffer.duplicate().clear();
        for (int i = 0; i < CANARIES; i++) {
            if (all.get(i) != CANARY || all.get(CANARIES + length + i) != CANARY) {
                fail("round " + round + " wrote beside the buffer");
            }
        }
    }

    private static int check(ByteBuffer out, long verdict, boolean whole, int round) {
        int length = PacketVerdict.length(verdict);
        PacketAction action = PacketVerdict.action(verdict);
        if (action != PacketAction.PASS) {
            boolean silent = action == PacketAction.DROP || action == PacketAction.HOLD;
            assertThat(length == 0).as("round %d %s", round, action).isEqualTo(silent);
        }
        if (length == 0) {
            return 0;
        }
        assertThat(length).isLessThanOrEqualTo(out.remaining());
        byte[] sent = new byte[length];
        out.get(out.position(), sent);
        assertThat(TestPackets.isHeaderRight(sent)).as("header, round %d", round).isTrue();
        boolean fragment = sent[0] >>> 4 == 4 ? ((sent[6] & 0x3F) | sent[7]) != 0 : sent[6] == 44;
        if (!fragment && (whole || action == PacketAction.ANSWER)) {
            assertThat(TestPackets.isTransportRight(sent)).as("transport, round %d", round).isTrue();
        }
        return 1;
    }
}
