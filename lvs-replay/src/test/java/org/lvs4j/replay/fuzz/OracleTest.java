package org.lvs4j.replay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.service.Forwarding;

/** The oracle detects a single wrong bit anywhere in the output. */
@Tag("slow")
class OracleTest {
    private static final int CASES = 20_000;

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Map<PacketAction, Integer> detected = new EnumMap<>(PacketAction.class);

    @Test
    void check_anyBitWrong_detected() {
        Scenario scenario = Scenario.all().stream()
                .filter(one -> one.name().equals("everything-mtu-1500"))
                .findFirst()
                .orElseThrow();
        Episode network = new Episode(scenario, seed, false);
        Subject subject = new Subject(scenario, network, () -> 1, (byte) 0);
        Oracle oracle = new Oracle(subject::server, network);
        PacketGenerator generator = new PacketGenerator(random);
        for (int i = 0; i < CASES; i++) {
            byte[] packet = generator.packet();
            if (isFragment(packet)) {
                // The flow of a fragment is unclear to the oracle.
                continue;
            }
            List<Emission> emissions = subject.process(packet, 0, 0, 66_000, 0);
            oracle.check(packet, emissions, true);
            if (emissions.size() == 1 && !isFragment(emissions.get(0).bytes())) {
                flipBit(oracle, packet, emissions.get(0), subject);
            }
        }
        assertThat(detected.keySet())
                .as("seed %d", seed)
                .contains(PacketAction.SEND, PacketAction.ROUTE_DIRECT, PacketAction.ANSWER);
    }

    private static boolean isFragment(byte[] packet) {
        ReferencePacket read = ReferencePacket.parse(packet);
        return read == null || read.fragment;
    }

    private void flipBit(Oracle oracle, byte[] packet, Emission emission, Subject subject) {
        byte[] wrong = emission.bytes().clone();
        int at = random.nextInt(random.nextBoolean() ? wrong.length : Math.min(wrong.length, 80));
        int bit = 1 << random.nextInt(8);
        if (mayVary(emission, subject, at)) {
            return;
        }
        wrong[at] ^= (byte) bit;
        try {
            oracle.check(packet, List.of(new Emission(emission.action(), emission.serverId(), wrong)), true);
        } catch (AssertionError | RuntimeException e) {
            detected.merge(emission.action(), 1, Integer::sum);
            return;
        }
        throw new AssertionError("seed " + seed + ": bit " + bit + " of byte " + at + " is wrong and not detected: "
                + new Emission(emission.action(), emission.serverId(), wrong));
    }

    /**
     * Whether the director may choose the byte: class and label of its IPv6 headers, source port of
     * GUE, recorded routes.
     */
    private static boolean mayVary(Emission emission, Subject subject, int at) {
        boolean v4 = emission.bytes()[0] >> 4 == 4;
        Forwarding.Tunnel tunnel = emission.serverId() < 0
                ? null
                : subject.server(emission.serverId()).forwarding().tunnel();
        boolean own = tunnel != null || emission.action() == PacketAction.ANSWER;
        boolean gue = tunnel != null && tunnel.encapsulation() == Forwarding.Encapsulation.GUE;
        int transport = v4 ? 20 : 40;
        boolean recorded = v4 && (emission.bytes()[0] & 15) > 5 && at >= 20;
        return recorded || own && !v4 && at < 4 || gue && at >= transport && at < transport + 2;
    }
}
