package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packet plane emits the same bytes as the kernel for every recorded packet. */
class GoldenPacketsTest {
    private static final Map<String, Integer> RECORDS = new TreeMap<>(Map.of(
            "nat-frag", 44,
            "nat-icmp", 376,
            "nat-tcp", 120,
            "nat-udp", 84,
            "no-server", 16,
            "route", 40,
            "toobig", 160,
            "tunnel-gre", 176,
            "tunnel-gue", 220,
            "tunnel-ipip", 112));

    static Iterable<String> names() {
        return RECORDS.keySet();
    }

    private static String text(String name) {
        try (var stream = GoldenPacketsTest.class.getResourceAsStream("/golden/packets/" + name + ".jsonl")) {
            return new String(Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void recordings_all_1348Records() {
        assertThat(RECORDS.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1348);
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recordedPackets_everyByteMatches(String name) throws TraceException {
        PacketReplayResult result = PacketReplay.run(PacketRecords.parse(text(name), name), name);

        assertThat(result.mismatches()).isEmpty();
        assertThat(result.records()).isEqualTo(RECORDS.get(name));
        assertThat(result.matched()).isEqualTo(RECORDS.get(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recordingsWithOtherOutput_everyRecordReported(String name) throws TraceException {
        String wrong = text(name)
                .replaceAll("\"out\": \"[0-9a-f]+\"", "\"out\": \"4500\"")
                .replaceAll("\"outs\": \\[[^]]*(\\[[^]]*][^]]*)*], ", "")
                .replaceAll("\"out\": null", "\"out\": \"4500\"")
                .replaceAll("\"out_wire\": null", "\"out_wire\": \"client\"");

        PacketReplayResult result = PacketReplay.run(PacketRecords.parse(wrong, name), name);

        assertThat(result.mismatches()).hasSize(RECORDS.get(name));
    }

    @Test
    void publicMethods_null_refusedByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> PacketRecords.parse(null, "x"))
                .withMessage("text");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketRecords.parse("", null))
                .withMessage("source");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketRecords.print(null, List.of()))
                .withMessage("record");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketReplay.run(null, "x"))
                .withMessage("records");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketReplay.run(List.of(), null))
                .withMessage("source");
        assertThatNullPointerException()
                .isThrownBy(() -> new PacketReplay().play(null))
                .withMessage("record");
        assertThatNullPointerException()
                .isThrownBy(() -> new PacketEmission(Wire.CLIENT, "", null))
                .withMessage("varying");
    }

    @ParameterizedTest
    @MethodSource("names")
    @Tag("slow")
    void print_recomputedPackets_sameAsRecording(String name) throws TraceException {
        List<PacketRecord> records = PacketRecords.parse(text(name), name);
        PacketReplayResult result = PacketReplay.run(records, name);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            lines.add(PacketRecords.print(records.get(i), result.emissions().get(i)));
        }

        List<String> recorded = text(name).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!recorded.get(i).contains("varies")) {
                assertThat(lines.get(i)).isEqualTo(recorded.get(i));
            }
        }
        assertThat(PacketReplay.run(PacketRecords.parse(String.join("\n", lines), name), name)
                        .matches())
                .isTrue();
    }
}
