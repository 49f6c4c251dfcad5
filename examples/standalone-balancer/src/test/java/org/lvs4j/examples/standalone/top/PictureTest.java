package org.lvs4j.examples.standalone.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureTest {
    private static final Theme ASCII = new Theme(false, false);

    private final View view = new View("every 1s");
    private final Keys keys = new Keys(view);

    private List<String> draw() {
        return Picture.draw(view, ASCII).stream()
                .map(each -> each.toString().stripTrailing())
                .toList();
    }

    private void type(String text) {
        text.chars().forEach(each -> keys.press(Key.of((char) each)));
    }

    @Test
    void draw_site_wholePicture() {
        view.resize(20, 120);
        view.clock("12:34:56");
        view.accept(Snapshots.SITE);
        view.accept(Snapshots.of(3000, 540, List.of()));
        view.accept(Snapshots.of(4000, 550, List.of()));
        view.accept(new Snapshot(
                "0.1.0",
                4711,
                5000,
                new Snapshot.Total(555),
                Snapshots.SITE.rates(),
                Snapshots.SITE.services(),
                Snapshots.SITE.drains(),
                Snapshots.SITE.health()));
        keys.press(Key.of(Key.Kind.DOWN));

        assertThat(String.join("\n", draw())).isEqualTo("""
                lvsd 0.1.0  up 5s  12:34:56  every 1s  process 4711
                2 services  7 servers: 2 up, 1 full, 2 DOWN, 1 draining, 1 quiesced  connections: 55 active, 55 inactive
                21 conn/s  packets/s: 200 in, 150 out  bytes/s: 12345 in, 1.2M out
                new conn/s 5.0, most 20.0  @=:
                   service/server^     state    weight active inact share conn/s pkt/s  in/s out/s health
                 - TCP 10.0.0.1:80 wrr               5     55    55     -     21     0   999     0 2 of 6 up
                >  10.0.0.11:80        up            3     30    10   36%     12    53    10  2.5M ok 1m15s
                   10.0.0.12:80        draining      0     20    30   45%      8    37    10  2.5M not checked
                   10.0.0.13:80        DOWN          1      0    10    9%      0     5    10  2.5M down 3s: TCP_CHECK refused
                   10.0.0.14:80        quiesced      0      0     0    0%      0     5    10  2.5M not checked
                   10.0.0.15:80        full          1      5     5    9%      1     9    10  2.5M not checked
                   10.0.0.16:80        DOWN          0      0     0     -      0     0     0     0 down 2h30m: HTTP_GET ?[31m? evil
                 - FWM 7 IPv6 rr                     1      0     0     -     21     0   999     0 1 of 1 up
                   [fd00::11]:0        up            1      0     0     -      0     5    10  2.5M not checked




                10.0.0.11:80 in TCP 10.0.0.1:80: up, ok 1m15s
                q quit  ? help  < > sort: service/server  / filter  d drain  u undrain  w weight  space fold  r reverse""");
    }

    @Test
    void draw_80Columns_noHealthButDetailOfTheCursor() {
        view.resize(24, 80);
        view.accept(Snapshots.SITE);
        for (int i = 0; i < 3; i++) {
            keys.press(Key.of('j'));
        }

        assertThat(draw())
                .contains("   service/server^  state    weight active inact share conn/s pkt/s  in/s out/s")
                .contains(">  10.0.0.13:80     DOWN          1      0    10    9%      0     5    10  2.5M")
                .contains("10.0.0.13:80 in TCP 10.0.0.1:80: DOWN, down 3s: TCP_CHECK refused");
    }

    @Test
    void draw_40x10_whatMattersMost() {
        view.resize(10, 40);
        view.accept(Snapshots.SITE);
        type("jj");

        assertThat(draw())
                .startsWith("lvsd 0.1.0  up 1s  every 1s", "2 up, 1 full, 2 DOWN, 1 draining, 1 qui")
                .contains(">  10.0.0.12:80        draining     20")
                .endsWith("10.0.0.12:80 in TCP 10.0.0.1:80: draini", "q quit  ? help");
    }

    /** Any screen has as many lines as it has, none of which is too wide, in every state. */
    @ParameterizedTest
    @CsvSource({"24, 80", "10, 40", "30, 100", "60, 300", "5, 20", "3, 10", "2, 2", "1, 1"})
    void draw_anySize_fits(int rows, int columns) {
        view.resize(rows, columns);
        List<String> states = new ArrayList<>(List.of("", "G", "?", "x/10.0.0.1", "\r"));
        states.addAll(List.of("jd", "n", "w12", "\r", "y", "F", "F", "ssss", "/zz", "\r"));
        assertFits(rows, columns);
        for (Snapshot snapshot : List.of(Snapshots.SITE, Snapshots.large(50), Snapshots.of(9, 1, List.of()))) {
            view.accept(snapshot);
            for (String state : states) {
                state.chars().forEach(each -> keys.press(each == '\r' ? Key.of(Key.Kind.ENTER) : Key.of((char) each)));
                assertFits(rows, columns);
            }
            view.fail("lvsd cannot be reached: " + "for a long reason ".repeat(20));
            assertFits(rows, columns);
        }
    }

    private void assertFits(int rows, int columns) {
        for (Theme theme : List.of(ASCII, new Theme(true, true))) {
            List<AttributedString> lines = Picture.draw(view, theme);
            assertThat(lines).hasSize(rows);
            assertThat(lines).allSatisfy(line -> assertThat(line.columnLength()).isLessThanOrEqualTo(columns));
        }
    }

    @Test
    void draw_thousandsOfServers_onlyTheScreen() {
        view.resize(24, 80);
        view.accept(Snapshots.large(5000));
        keys.press(Key.of('G'));

        assertThat(draw()).hasSize(24).anyMatch(line -> line.startsWith(">  10.1.19.250:80"));
        keys.press(Key.of(Key.Kind.PAGE_UP));
        assertThat(draw()).anyMatch(line -> line.startsWith(">  10.1.19.234:80"));
    }

    @Test
    void draw_unreachable_saysSoAndKeepsFigures() {
        view.resize(24, 80);
        view.clock("12:00:00");
        view.fail("no lvsd is listening");
        assertThat(draw()).startsWith("no lvsd is listening", "no answer of lvsd yet");

        view.accept(Snapshots.SITE);
        view.fail("no lvsd is listening");
        assertThat(draw().get(0)).isEqualTo("figures of 12:00:00: no lvsd is listening");
        assertThat(draw()).anyMatch(line -> line.contains("10.0.0.11:80"));

        view.accept(Snapshots.of(4712, 10, 0, List.of()));
        assertThat(draw().get(0)).startsWith("lvsd 0.1.0");
        assertThat(draw()).contains("another lvsd answers: process 4712", "  no services");
    }

    /** What colours say is said by words and characters, too. */
    @Test
    void draw_withAndWithoutColours_sameText() {
        view.resize(24, 100);
        view.accept(Snapshots.SITE);

        List<AttributedString> coloured = Picture.draw(view, new Theme(true, false));
        List<AttributedString> plain = Picture.draw(view, ASCII);

        assertThat(coloured.stream().map(AttributedString::toString))
                .isEqualTo(plain.stream().map(AttributedString::toString).toList());
        assertThat(coloured.stream().map(AttributedString::toAnsi)).anyMatch(line -> line.contains("\033[31"));
        assertThat(plain.stream().map(AttributedString::toAnsi))
                .noneMatch(line -> line.matches("(?s).*\033\\[[0-9;]*(3[0-9]|9[0-7]).*"));
    }

    @Test
    void plain_allRowsWithoutCursor() {
        view.accept(Snapshots.large(100));

        List<String> lines = Picture.plain(view, 120, ASCII);

        assertThat(lines).hasSize(105);
        assertThat(lines.get(4)).startsWith(" - TCP 10.0.0.2:80 wlc");
        assertThat(lines.get(104)).startsWith("   10.1.0.100:80 ").endsWith("not checked");
    }

    @Test
    void history_resetAndRestart_noNegativeRate() {
        History history = new History();
        history.add(Snapshots.of(1, 1000, 100, List.of()));
        history.add(Snapshots.of(1, 3000, 120, List.of()));
        history.add(Snapshots.of(1, 4000, 0, List.of()));
        history.add(Snapshots.of(2, 5000, 50, List.of()));

        assertThat(history.newest(10)).containsExactly(10.0, 0.0, 0.0);
        assertThat(history.newest(1)).containsExactly(0.0);
        assertThat(history.newest(-5)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "99999, 99999",
        "100000, 100K",
        "999999, 999K",
        "1000000, 1.0M",
        "1299999, 1.2M",
        "99999999, 99.9M",
        "2147483647, 2.1G",
        "9223372036854775807, 9.2E"
    })
    void scaled_anyNumber_fiveCharacters(long number, String text) {
        assertThat(Text.scaled(number)).isEqualTo(text).hasSizeLessThanOrEqualTo(5);
    }
}
