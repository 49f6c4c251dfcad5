package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.replay.TraceException;

class TimelineTest {
    private static final String TEXT = """
            [note]
            a note
            [config]
            virtual_server 192.0.2.1 80 {
            }
            [config b]
            [random]
            [timeline]
                  0 > ipvs add-service tcp 192.0.2.1:80
                -31 = (empty)
               2000 < end
            """;

    @Test
    void parse_timeline_sectionsAndEntries() throws TraceException {
        Timeline timeline = Timeline.parse(TEXT, "t.trace");

        assertThat(timeline.sectionNames()).containsExactlyInAnyOrder("note", "config", "config b", "random");
        assertThat(timeline.lines("config")).containsExactly("virtual_server 192.0.2.1 80 {", "}");
        assertThat(timeline.isRandom()).isTrue();
        assertThat(timeline.entries())
                .containsExactly(
                        new Timeline.Entry(9, 0, '>', "ipvs add-service tcp 192.0.2.1:80"),
                        new Timeline.Entry(10, -31, '=', "(empty)"),
                        new Timeline.Entry(11, 2000, '<', "end"));
        assertThat(timeline.head() + "      0 > ipvs").isSubstringOf(TEXT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2000 < end|2000 - end|t.trace:11:1: unexpected '    2000 - end'",
                "2000 < end|now < end|t.trace:11:1: unexpected '   now < end'",
                "[random]|[note]|t.trace:7:1: a second section '[note]'",
                "[config]|[other]|t.trace:8:1: no section [config] before '[timeline]'",
                "[timeline]|[timelines]|t.trace:12:1: unexpected end of line; expected [timeline]",
            })
    void parse_wrongLine_refusedWithItsPlace(String part, String replacement, String message) {
        String text = TEXT.replace(part, replacement);

        assertThatThrownBy(() -> Timeline.parse(text, "t.trace"))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(message.replace("    2000", "   2000"));
    }

    @Test
    void isTimeline_decisionTrace_false() {
        assertThat(Timeline.isTimeline(TEXT)).isTrue();
        assertThat(Timeline.isTimeline(TEXT.replace("\n", "\r\n"))).isTrue();
        assertThat(Timeline.isTimeline("[services]\n[events]\n0 tcp 10.0.0.1:1 -> 10.0.0.2:80\n"))
                .isFalse();
        assertThat(Timeline.isTimeline("# [timeline]\n")).isFalse();
        assertThat(Timeline.isTimeline(TEXT.replace("[timeline]", "[time line]")))
                .isTrue();
    }
}
