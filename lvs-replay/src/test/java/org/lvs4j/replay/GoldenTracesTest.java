package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The director gives the same answers as the kernel in every recorded trace. */
class GoldenTracesTest {
    static List<String> names() {
        return GoldenTraces.names();
    }

    @Test
    void names_all_261Traces() {
        assertThat(names()).hasSize(261);
    }

    @ParameterizedTest
    @MethodSource("names")
    void run_recording_everyAnswerMatches(String name) throws TraceException {
        String text = GoldenTraces.text(name);

        ReplayResult result = Replay.run(Trace.parse(text, name));

        assertThat(result.mismatches()).isEmpty();
        assertThat(result.answers()).isEqualTo(answersIn(text));
        assertThat(result.matched()).isEqualTo(result.answers());
        assertThat(result.recomputed()).isEqualTo(text);
    }

    /** The number of events with an answer of the kernel: all but changes of rules and settings. */
    private static int answersIn(String text) {
        List<String> lines = text.lines().toList();
        return (int) lines.subList(lines.indexOf("[events]") + 1, lines.size()).stream()
                .filter(line -> line.matches("\\d+ (tcp|udp|expect) .*"))
                .count();
    }

    @ParameterizedTest
    @MethodSource("names")
    @Tag("slow")
    void run_recordingWithoutAnswers_answersRecomputed(String name) throws TraceException {
        String text = GoldenTraces.text(name);
        String cut = text.replaceAll("(?m) -> .*$", "").replaceAll("(?m)( active \\S+) \\d+( inactive) \\d+", "$1$2");

        ReplayResult result = Replay.run(Trace.parse(cut, name));

        assertThat(result.recomputed()).isEqualTo(text);
        assertThat(result.answers()).isZero();
        assertThat(result.matches()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("names")
    @Tag("slow")
    void run_recordingWithWrongAnswers_reportedAndRecomputed(String name) throws TraceException {
        String text = GoldenTraces.text(name);
        String wrong = text.replaceAll("(?m) -> .*$", " -> 192.0.2.1:9").replaceAll("(?m)( inactive) \\d+", "$1 77");

        ReplayResult result = Replay.run(Trace.parse(wrong, name));

        assertThat(result.recomputed()).isEqualTo(text);
        assertThat(result.mismatches()).hasSize((int) text.lines()
                .filter(line -> line.matches("\\d+ .*( -> | inactive \\d).*"))
                .count());
    }

    @ParameterizedTest
    @MethodSource("names")
    void toString_recording_sameText(String name) throws TraceException {
        String text = GoldenTraces.text(name);

        assertThat(Trace.parse(text, name)).hasToString(text);
    }
}
