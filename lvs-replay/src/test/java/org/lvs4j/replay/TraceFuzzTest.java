package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutated traces: each is replayed, or refused by an exception with a position. */
@Tag("slow")
class TraceFuzzTest {
    private static final int ROUNDS = 300;
    private static final int LINES = 40;
    private static final String[] TOKENS = {
        "-1",
        "0",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "99999999999999999999",
        "->",
        "[",
        "]",
        "[rules]",
        "[marks]",
        "[events]",
        "#",
        "\t",
        "\r",
        "\n",
        "\0",
        "\uD800",
        "\uFFFF",
        "none:drop",
        "client",
        "svc",
        "-t",
        "-f",
        "-A",
        "-a",
        "-e",
        "-d",
        "-D",
        "-C",
        "-w",
        "-x",
        "-p",
        "-M",
        "-b",
        "--pe",
        "sip",
        "reply",
        "[fd00::1]:80",
        "::",
        "10.0.0.100:80",
        "tcp",
        "udp",
        "rule",
        "sysctl",
        "sloppy_tcp=1",
        "drop_entry=3",
        "secure_tcp=3",
        "expect",
        "active",
        "inactive",
        "-i",
        "-g",
        "mh",
        "lblcr",
        "twos",
        "-s",
        "--set"
    };

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104})
    void parseAndRun_mutatedTraces_onlyTraceExceptions(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> names = GoldenTraces.names();
        int refused = 0;
        int replayed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String name = names.get(random.nextInt(names.size()));
            String mutated = mutate(GoldenTraces.text(name), random);
            try {
                ReplayResult result = Replay.run(Trace.parse(mutated, name));
                replayed++;
                String again =
                        Replay.run(Trace.parse(result.recomputed(), name)).recomputed();
                assertThat(again).as("seed %d, round %d, %s", seed, round, name).isEqualTo(result.recomputed());
            } catch (TraceException e) {
                refused++;
                assertThat(e.line())
                        .as("seed %d, round %d, %s", seed, round, name)
                        .isPositive();
                assertThat(e.column())
                        .as("seed %d, round %d, %s", seed, round, name)
                        .isPositive();
            } catch (RuntimeException | Error e) {
                fail("seed " + seed + ", round " + round + ", " + name + ":\n" + mutated, e);
            }
        }
        assertThat(refused).isPositive();
        assertThat(replayed).isPositive();
    }

    private static String mutate(String whole, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        whole.lines().limit(LINES).forEach(line -> text.append(line).append('\n'));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(8));
            switch (random.nextInt(6)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, TOKENS[random.nextInt(TOKENS.length)]);
                case 2 -> text.insert(at, " " + TOKENS[random.nextInt(TOKENS.length)] + " ");
                case 3 -> text.replace(at, end, TOKENS[random.nextInt(TOKENS.length)]);
                case 4 -> text.setCharAt(at, (char) (32 + random.nextInt(96)));
                default -> text.insert(random.nextInt(text.length()), text.substring(at, end));
            }
        }
        return text.toString();
    }
}
