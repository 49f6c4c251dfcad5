package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.replay.TraceException;

/** A damaged timeline is refused with its place, or played; nothing else happens. */
class TimelineFuzzTest {
    private static final int ROUNDS = 3_000;
    private static final List<String> SPLINTERS = List.of(
            "\0",
            "\n",
            "-",
            "=",
            ":",
            "{",
            "}",
            "[timeline]\n",
            "[config b]\n",
            "0",
            "99999999",
            "reload b",
            "stop",
            "\u00e9");

    @Test
    @Tag("slow")
    void run_damaged_refusedOrPlayed() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<String> names = GoldenTimelines.names();
        int played = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String name = names.get(random.nextInt(names.size()));
            StringBuilder text = new StringBuilder(GoldenTimelines.text(name));
            for (int damages = 1 + random.nextInt(4); damages > 0; damages--) {
                damage(text, random);
            }
            try {
                TimelineReplay.run(Timeline.parse(text.toString(), name));
                played++;
            } catch (TraceException e) {
                assertThat(e).hasMessageStartingWith(name + ":");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + " " + name + "\n" + text, e);
            }
        }
        assertThat(played).isGreaterThan(ROUNDS / 10);
    }

    private static void damage(StringBuilder text, SplittableRandom random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + random.nextInt(12));
        switch (random.nextInt(3)) {
            case 0 -> text.delete(at, end);
            case 1 -> text.insert(at, SPLINTERS.get(random.nextInt(SPLINTERS.size())));
            default -> text.insert(random.nextInt(text.length()), text.substring(at, end));
        }
    }
}
