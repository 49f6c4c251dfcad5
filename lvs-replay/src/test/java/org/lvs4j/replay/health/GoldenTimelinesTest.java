package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.replay.ReplayResult;
import org.lvs4j.replay.TraceException;

/** The engine does to the table of a director what keepalived did to that of the kernel in every recorded timeline. */
class GoldenTimelinesTest {
    static List<String> names() {
        return GoldenTimelines.names();
    }

    @Test
    void names_all_102Timelines() {
        assertThat(names()).hasSize(102);
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recording_everythingMatches(String name) throws TraceException {
        ReplayResult result = TimelineReplay.run(Timeline.parse(GoldenTimelines.text(name), name));

        assertThat(result.mismatches()).as(result.summary()).isEmpty();
        assertThat(result.answers()).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recordingWithoutAnswers_sameRecomputed(String name) throws TraceException {
        String text = GoldenTimelines.text(name);
        String recomputed = TimelineReplay.run(Timeline.parse(text, name)).recomputed();
        String cut = text.lines()
                .filter(line -> !line.matches(" *\\d+ [>=] .*| *-\\d+ > .*"))
                .collect(Collectors.joining("\n", "", "\n"));

        ReplayResult result = TimelineReplay.run(Timeline.parse(cut, name));

        assertThat(result.recomputed()).isEqualTo(recomputed);
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recordingWithWrongTables_recomputed(String name) throws TraceException {
        String text = GoldenTimelines.text(name);
        String recomputed = TimelineReplay.run(Timeline.parse(text, name)).recomputed();
        String wrong = text.replaceAll("(?m)^( *-?\\d+ =) .*$", "$1 tcp 192.0.2.9:9 rr { 192.0.2.8:8/8 }");

        ReplayResult result = TimelineReplay.run(Timeline.parse(wrong, name));

        assertThat(result.recomputed()).isEqualTo(recomputed);
        assertThat(result.matches()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recomputed_matchesAndIsTheSameAgain(String name) throws TraceException {
        String recomputed = TimelineReplay.run(Timeline.parse(GoldenTimelines.text(name), name))
                .recomputed();

        ReplayResult again = TimelineReplay.run(Timeline.parse(recomputed, name));

        assertThat(again.mismatches()).isEmpty();
        assertThat(again.recomputed()).isEqualTo(recomputed);
    }
}
