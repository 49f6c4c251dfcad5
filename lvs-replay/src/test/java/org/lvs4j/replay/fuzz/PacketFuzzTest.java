package org.lvs4j.replay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.plane.PacketAction;

/**
 * More than a million mutated and generated packets: no exception, no access outside the packet, no wrong output, no state left
 * at the end.
 *
 * <p>A failure prints the command that replays it. {@code -Dlvs4j.seed} sets the seed, {@code -Dlvs4j.fuzz.cases} the
 * number of cases, {@code -Dlvs4j.fuzz.seconds} the duration instead; {@code -Dlvs4j.fuzz.replay=seed:episode:case}
 * replays one episode up to one case.
 */
@Tag("slow")
class PacketFuzzTest {
    private static final int CASES_PER_EPISODE = 2000;
    private static final int TWINS_EVERY = 4;

    private final List<Scenario> scenarios = Scenario.all();
    private final Set<PacketAction> actions = EnumSet.noneOf(PacketAction.class);
    private long packets;
    private long emitted;

    @Test
    void process_mutatedPackets_outputVerifiedByOracle() {
        String replay = System.getProperty("lvs4j.fuzz.replay");
        if (replay != null) {
            String[] numbers = replay.split(":");
            play(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]) + 1);
            return;
        }
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        long seconds = Long.getLong("lvs4j.fuzz.seconds", 0);
        long end = System.nanoTime() + seconds * 1_000_000_000;
        long episodes =
                seconds > 0 ? Integer.MAX_VALUE : Long.getLong("lvs4j.fuzz.cases", 1_250_000) / CASES_PER_EPISODE;
        for (int episode = 0; episode < episodes && (seconds == 0 || System.nanoTime() - end < 0); episode++) {
            play(seed, episode, CASES_PER_EPISODE);
        }
        if (seconds > 0) {
            System.out.println("PacketFuzzTest: " + packets + " packets, " + emitted + " emitted, seed " + seed);
        }
        // Mutations that almost always or almost never lead to output would test little.
        assertThat(emitted).as("seed %d", seed).isBetween(packets / 8, packets * 3);
        assertThat(actions)
                .as("seed %d", seed)
                .contains(PacketAction.PASS, PacketAction.SEND, PacketAction.ROUTE_DIRECT, PacketAction.ANSWER);
    }

    private void play(long seed, int number, int cases) {
        long own = (seed + number) * 0x9E37_79B9_7F4A_7C15L;
        Scenario scenario = scenarios.get(Math.floorMod(number * 31, scenarios.size()));
        Episode episode = new Episode(scenario, own, number % TWINS_EVERY == 0);
        int at = -1;
        try {
            episode.begin();
            for (at = 0; at < cases; at++) {
                episode.play(at);
            }
            episode.end();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    e + "\n  scenario " + scenario.name() + ", decisions " + episode.decisions() + "\n  packet "
                            + episode.packet()
                            + "\n  replay: mvn -pl lvs-replay -am test -Dtest=PacketFuzzTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlvs4j.fuzz.replay="
                            + seed + ':' + number + ':' + at,
                    e);
        }
        packets += episode.packets;
        emitted += episode.emitted;
        actions.addAll(episode.actions);
    }
}
