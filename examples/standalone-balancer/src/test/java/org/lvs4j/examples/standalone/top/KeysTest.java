package org.lvs4j.examples.standalone.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.standalone.top.Keys.Outcome;

class KeysTest {
    private final View view = new View("");
    private final Keys keys = new Keys(view);

    @BeforeEach
    void fill() {
        view.resize(24, 80);
        view.accept(Snapshots.SITE);
    }

    private Outcome type(String text) {
        Outcome outcome = null;
        for (int i = 0; i < text.length(); i++) {
            outcome = keys.press(Key.of(text.charAt(i)));
        }
        return outcome;
    }

    private Outcome press(Key.Kind kind) {
        return keys.press(Key.of(kind));
    }

    private String current() {
        Row row = view.current();
        return row == null ? "" : row.name();
    }

    @Test
    void cursor_arrowsAndLetters_staysInTheTable() {
        press(Key.Kind.UP);
        assertThat(current()).isEqualTo("TCP 10.0.0.1:80 wrr");
        type("jj");
        press(Key.Kind.DOWN);
        type("k");
        assertThat(current()).isEqualTo("10.0.0.12:80");
        press(Key.Kind.PAGE_DOWN);
        press(Key.Kind.PAGE_DOWN);
        assertThat(current()).isEqualTo("[fd00::11]:0");
        type("gG");
        assertThat(current()).isEqualTo("[fd00::11]:0");
        press(Key.Kind.HOME);
        assertThat(view.cursor()).isZero();
    }

    @Test
    void cursor_sortedAnew_staysOnItsServer() {
        type("jj");
        for (int i = 0; i < 3; i++) {
            type(">");
        }

        assertThat(view.selection().sort()).isEqualTo(Column.ACTIVE);
        assertThat(current()).isEqualTo("10.0.0.12:80");
        type("r");
        assertThat(view.selection().reversed()).isTrue();
        assertThat(current()).isEqualTo("10.0.0.12:80");
        assertThat(view.table().rows().get(0).name()).isEqualTo("FWM 7 IPv6 rr");
        type("<");
        assertThat(view.selection().sort()).isEqualTo(Column.WEIGHT);
    }

    @Test
    void cursor_serverGone_nearestRow() {
        type("G");
        view.accept(Snapshots.of(2, 1, List.of(Snapshots.service("tcp:10.0.0.2:80", "rr"))));

        assertThat(view.table().rows()).hasSize(1);
        assertThat(view.cursor()).isZero();
        view.accept(Snapshots.of(2, 1, List.of()));
        assertThat(view.current()).isNull();
        type("jkd wu");
        press(Key.Kind.ENTER);
        assertThat(view.prompt()).isNull();
    }

    @Test
    void filter_typed_appliesAtOnceAndEscapeGivesTheOldOneBack() {
        type("/.14");
        assertThat(view.table().rows()).hasSize(2);
        press(Key.Kind.BACKSPACE);
        assertThat(view.table().rows()).hasSize(7);
        press(Key.Kind.ENTER);
        assertThat(type("/q")).isNull();
        press(Key.Kind.ESCAPE);
        assertThat(view.selection().filter()).isEqualTo(".1");
        press(Key.Kind.ESCAPE);
        assertThat(view.selection().filter()).isEmpty();
    }

    @Test
    void fold_serviceOfTheCursor_cursorOnIt() {
        type("jj ");
        assertThat(view.table().rows()).hasSize(3);
        assertThat(current()).isEqualTo("TCP 10.0.0.1:80 wrr");
        press(Key.Kind.RIGHT);
        assertThat(view.table().rows()).hasSize(9);
        type("GF");
        assertThat(view.table().rows()).hasSize(2);
        assertThat(current()).isEqualTo("FWM 7 IPv6 rr");
        type("F");
        assertThat(view.table().rows()).hasSize(9);
    }

    @Test
    void drain_confirmed_onlyThenChanged() {
        assertThat(type("jd")).isNull();
        assertThat(view.prompt()).isInstanceOf(Prompt.Confirm.class);
        assertThat(type("n")).isNull();
        assertThat(view.message()).isEqualTo("nothing was changed");
        assertThat(view.prompt()).isNull();

        assertThat(type("dy"))
                .isEqualTo(new Outcome.Run(new Action(
                        "drain 10.0.0.11:80 in TCP 10.0.0.1:80",
                        List.of("drain", "10.0.0.11:80", "-t", "10.0.0.1:80"))));
    }

    @Test
    void drain_anotherSnapshotMeanwhile_theServerThatWasAskedAbout() {
        type("jd");
        view.accept(Snapshots.of(2, 1, List.of()));

        assertThat(type("y"))
                .isInstanceOfSatisfying(
                        Outcome.Run.class,
                        run -> assertThat(run.action().arguments()).contains("10.0.0.11:80"));
    }

    @Test
    void undrain_onlyOfADrainedServer() {
        type("ju");
        assertThat(view.message()).isEqualTo("10.0.0.11:80 is not drained");
        assertThat(type("juy"))
                .isInstanceOfSatisfying(
                        Outcome.Run.class,
                        run -> assertThat(run.action().arguments())
                                .containsExactly("drain", "--abort", "10.0.0.12:80", "-t", "10.0.0.1:80"));
    }

    @Test
    void change_serviceOrAbsentServer_refusedInWords() {
        type("d");
        assertThat(view.message()).isEqualTo("move the cursor to a server first");
        type("jjjjjjw");
        assertThat(view.message()).isEqualTo("10.0.0.16:80 is not in the service while it is down");
        assertThat(view.prompt()).isNull();
    }

    @Test
    void weight_typedAndConfirmed_everythingElseKept() {
        type("jw12x3");
        press(Key.Kind.BACKSPACE);
        press(Key.Kind.ENTER);

        assertThat(type("y"))
                .isEqualTo(new Outcome.Run(new Action(
                        "change the weight of 10.0.0.11:80 in TCP 10.0.0.1:80 from 3 to 12",
                        List.of("-e -t 10.0.0.1:80 -r 10.0.0.11:80 -m -w 12 -x 100 -y 50".split(" ")))));
    }

    @Test
    void weight_tooLargeOrEmpty_notAsked() {
        type("jw9999999999");
        press(Key.Kind.ENTER);
        assertThat(view.prompt()).isNull();
        assertThat(view.message()).isEqualTo("a weight is at most 2147483647");
        type("w");
        press(Key.Kind.ENTER);
        assertThat(view.message()).isEqualTo("nothing was changed");
    }

    @Test
    void quit_onlyWithoutAQuestion_interruptAlways() {
        assertThat(type("?")).isNull();
        assertThat(type("q")).as("closes the help").isNull();
        assertThat(type("/q")).isNull();
        assertThat(press(Key.Kind.INTERRUPT)).isEqualTo(new Outcome.Quit());
        press(Key.Kind.ENTER);
        assertThat(type("q")).isEqualTo(new Outcome.Quit());
    }
}
