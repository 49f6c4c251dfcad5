package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.replay.health.Timeline.Entry;

class ComparisonTest {
    private static final Entry END = new Entry(99, 60_000, '<', "end");

    /** Lines such as {@code 100 = (empty)}, numbered from 1. */
    private static List<Entry> lines(String... texts) {
        List<Entry> result = new ArrayList<>();
        for (String text : texts) {
            String[] parts = text.split(" ", 3);
            result.add(new Entry(result.size() + 1, Long.parseLong(parts[0]), parts[1].charAt(0), parts[2]));
        }
        return result;
    }

    private static Comparison compare(List<Entry> recorded, List<Entry> given) {
        List<Entry> withEnd = new ArrayList<>(given);
        withEnd.add(END);
        return Comparison.of(recorded, withEnd, false);
    }

    @Test
    void of_sameLinesLate_match() {
        Comparison comparison = compare(
                lines("1040 > probe tcp 10.0.0.1:80 [up]", "10600 = a"),
                lines("1000 > probe tcp 10.0.0.1:80 [up]", "9700 = a"));

        assertThat(comparison.mismatches()).isEmpty();
        assertThat(comparison.answers()).isEqualTo(2);
    }

    @Test
    void of_tooLate_mismatchNamesBothTimes() {
        Comparison comparison = compare(lines("11000 = a"), lines("9900 = a"));

        assertThat(comparison.mismatches().get(0))
                .hasToString("line 1: expected it at 11000 ms, given it at 9900 ms: a");
    }

    @Test
    void of_tablesInABurst_oneChange() {
        Comparison comparison = compare(lines("1000 = a", "1300 = b", "1690 = c"), lines("1000 = c"));

        assertThat(comparison.mismatches().get(0).toString()).contains("690 ms");
        assertThat(compare(lines("1000 = a", "1300 = b"), lines("1000 = b")).mismatches())
                .isEmpty();
    }

    @Test
    void of_changesCloserThanTheTolerance_mayBeOne() {
        List<Entry> two = lines("1000 = a", "5000 = b", "5450 = c", "9000 = a");
        List<Entry> one = lines("1000 = a", "5200 = c", "9000 = a");

        assertThat(compare(two, one).mismatches()).isEmpty();
        assertThat(compare(one, two).mismatches()).isEmpty();
        assertThat(compare(lines("1000 = a", "5000 = b", "6200 = c", "9000 = a"), one)
                        .mismatches())
                .hasSize(3);
    }

    @Test
    void of_otherTable_mismatchNamesTheLine() {
        Comparison comparison =
                compare(lines("1000 = a", "5000 = b", "9000 = a"), lines("1000 = a", "5000 = c", "9000 = a"));

        assertThat(comparison.mismatches()).hasSize(2);
        assertThat(comparison.mismatches().get(0)).hasToString("line 2: expected it at 5000 ms, given at 5000 ms c: b");
        assertThat(comparison.mismatches().get(1)).hasToString("line 3: expected nothing, given it at 5000 ms: c");
    }

    @Test
    void of_probeMissingOrDoubled_mismatch() {
        String probe = " > probe tcp 10.0.0.1:80 [up]";

        assertThat(compare(lines("1000" + probe, "3000" + probe, "5000" + probe), lines("1000" + probe, "5000" + probe))
                        .mismatches())
                .hasSize(1);
        assertThat(compare(lines("1000" + probe, "5000" + probe), lines("1000" + probe, "3000" + probe, "5000" + probe))
                        .mismatches())
                .hasSize(1);
    }

    @Test
    void of_linesOfDifferentSubjects_anyOrder() {
        Comparison comparison = compare(
                lines("1000 > notify rs-down 11", "1001 > notify rs-down 12", "1002 > fifo VS [10.0.0.1]:tcp:80 DOWN"),
                lines("1000 > fifo VS [10.0.0.1]:tcp:80 DOWN", "1000 > notify rs-down 12", "1000 > notify rs-down 11"));

        assertThat(comparison.mismatches()).isEmpty();
    }

    @Test
    void of_commandsOfAServerSwapped_mismatch() {
        Comparison comparison = compare(
                lines(
                        "1000 > ipvs add-server tcp 10.0.0.1:80 10.0.0.2:80 masq weight=1",
                        "1001 > ipvs del-server tcp 10.0.0.1:80 10.0.0.2:80"),
                lines(
                        "1000 > ipvs del-server tcp 10.0.0.1:80 10.0.0.2:80",
                        "1000 > ipvs add-server tcp 10.0.0.1:80 10.0.0.2:80 masq weight=1"));

        assertThat(comparison.mismatches()).isNotEmpty();
    }

    @Test
    void of_lineThatDifferedInItsSecondRun_markIgnored() {
        assertThat(compare(lines("1000 = a ~"), lines("1000 = a")).mismatches()).isEmpty();
    }

    @Test
    void of_extraProbeShortlyBeforeTheEnd_accepted() {
        String probe = " > probe tcp 10.0.0.1:80 [up]";

        assertThat(compare(lines("58000" + probe), lines("57900" + probe, "59900" + probe))
                        .mismatches())
                .isEmpty();
    }

    @Test
    void of_random_periodsOnly() {
        String probe = " > probe tcp 10.0.0.1:80 [up]";
        List<Entry> recorded = lines("1700" + probe, "7710" + probe, "13750" + probe);

        assertThat(Comparison.of(recorded, lines("4000" + probe, "10000" + probe, "16000" + probe), true)
                        .mismatches())
                .isEmpty();
        assertThat(Comparison.of(recorded, lines("4000" + probe, "9000" + probe, "14000" + probe), true)
                        .mismatches())
                .hasSize(2);
    }

    @Test
    void of_randomWithOneProbe_anyTime() {
        String probe = " > probe tcp 10.0.0.1:80 [up]";

        assertThat(Comparison.of(lines("1700" + probe, "100 = a"), lines("9000" + probe, "7000 = a"), true)
                        .mismatches())
                .isEmpty();
        assertThat(Comparison.of(lines("1700" + probe), lines(), true).mismatches())
                .isEmpty();
        assertThat(Comparison.of(lines(), lines("1700" + probe), true).mismatches())
                .isEmpty();
    }

    @Test
    void of_random_lastTableOnly() {
        List<Entry> recorded = lines("0 = a b", "1000 = a", "2000 = (empty)");

        assertThat(Comparison.of(recorded, lines("0 = a b", "4000 = b", "5000 = (empty)"), true)
                        .mismatches())
                .isEmpty();
        assertThat(Comparison.of(recorded, lines("0 = a b", "4000 = b"), true).mismatches())
                .hasSize(2);
    }
}
