package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SetUpTest {
    private static final Step A = new Step("do a", "undo a");
    private static final Step B = new Step("do b", "undo b");
    private static final Step C = new Step("do c", null);
    private static final Step D = new Step("do d", "undo d");

    private final List<String> ran = new ArrayList<>();
    private final Map<String, String> answers = new HashMap<>();
    private final List<Step> inForce = new ArrayList<>();
    private final SetUp setUp = new SetUp(
            command -> {
                ran.add(command);
                String answer = answers.getOrDefault(command, "");
                if (answer.startsWith("fail")) {
                    throw new TunException("'" + command + "' failed" + answer.substring(4));
                }
                return answer;
            },
            steps -> steps.stream().filter(step -> !inForce.contains(step)).toList());

    @Test
    void undo_afterChange_lastStepFirst() {
        setUp.change(List.of(A, C, B), List.of());
        ran.clear();

        setUp.undo();
        setUp.undo();

        assertThat(ran).containsExactly("undo b", "undo a");
    }

    @Test
    void change_addedAndObsolete_newStepsRunBeforeOldOnesAreTakenBack() {
        setUp.change(List.of(A, B), List.of());
        ran.clear();

        setUp.change(List.of(D), List.of(A));
        assertThat(ran).containsExactly("do d", "undo a");

        ran.clear();
        setUp.undo();
        assertThat(ran).containsExactly("undo d", "undo b");
    }

    @Test
    void change_commandFails_stepsBeforeItTakenBack() {
        setUp.change(List.of(A), List.of());
        ran.clear();
        answers.put("do d", "fail");

        assertThatThrownBy(() -> setUp.change(List.of(B, C, D), List.of(A)))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("do d");
        assertThat(ran).containsExactly("do b", "do c", "do d", "undo b");

        ran.clear();
        setUp.undo();
        assertThat(ran).containsExactly("undo a");
    }

    @Test
    void change_stepsInForceAlready_othersExecutedAndAllTakenBackAtTheEnd() {
        answers.put("do a", "fail: RTNETLINK answers: File exists");
        inForce.addAll(List.of(A, B));

        setUp.change(List.of(A, B, C, D), List.of());
        assertThat(ran).containsExactly("do a", "do c", "do d");

        ran.clear();
        setUp.undo();
        assertThat(ran).containsExactly("undo d", "undo b", "undo a");
    }

    @Test
    void change_somethingElseInThePlaceOfStep_failsAndOnlyExecutedStepsTakenBack() {
        answers.put("do b", "fail: RTNETLINK answers: File exists");
        answers.put("do d", "fail: RTNETLINK answers: File exists");
        inForce.add(B);

        assertThatThrownBy(() -> setUp.change(List.of(A, B, D), List.of()))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("do d");
        assertThat(ran).containsExactly("do a", "do b", "do d", "undo a");
    }

    @Test
    void repeat_commandFails_othersExecutedAndFailureReturned() {
        answers.put("do a", "fail");

        assertThat(setUp.repeat(List.of(A, B))).containsExactly("'do a' failed");
        assertThat(ran).containsExactly("do a", "do b");
    }

    @Test
    void undo_commandFails_othersTakenBack() {
        setUp.change(List.of(A, B), List.of());
        ran.clear();
        answers.put("undo b", "fail");

        setUp.undo();

        assertThat(ran).containsExactly("undo b", "undo a");
    }

    @Test
    void removeLeftovers_rulesOfKilledProcess_removed() {
        answers.put(
                "ip rule show",
                "0:\tfrom all lookup local\n"
                        + "5300:\tfrom all iif lvs0-0 [detached] lookup 5305\n"
                        + "5300:\tfrom all iif lvs0 [detached] goto 5304\n"
                        + "5303:\tfrom 10.0.0.2 lookup 5301\n"
                        + "5305:\tfrom all lookup 77\n"
                        + "32766:\tfrom all lookup main");
        answers.put("ip route show table 5300", "fail");

        setUp.removeLeftovers(5300, "lvs0");

        assertThat(ran)
                .contains("ip rule del pref 5300", "ip route flush table 5305", "ip rule del pref 5303")
                .doesNotContain(
                        "ip route flush table 5304",
                        "ip rule del pref 0",
                        "ip rule del pref 5305",
                        "ip rule del pref 32766");
    }

    @Test
    void removeLeftovers_rulesOfRunningProcess_refused() {
        answers.put("ip rule show", "5302:\tfrom all lookup 5300");
        answers.put("ip route show table 5300", "192.0.2.100 dev lvs1 scope link");

        assertThatThrownBy(() -> setUp.removeLeftovers(5300, "lvs0"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("--table");
        assertThat(ran).noneMatch(command -> command.contains("del"));
    }

    @Test
    void removeLeftovers_routesOfDeviceThatOutlivedItsProcess_flushed() {
        answers.put("ip rule show", "5301:\tfrom all lookup 5300");
        answers.put("ip route show table 5300", "192.0.2.100 dev lvs0 scope link \n192.0.2.101 dev lvs0 scope link");

        setUp.removeLeftovers(5300, "lvs0");

        assertThat(ran).contains("ip route flush table 5300 dev lvs0", "ip rule del pref 5301");
    }

    @Test
    void removeLeftovers_deviceThatOthersMayHaveOpen_refused() {
        answers.put("ip rule show", "5301:\tfrom all lookup 5300");
        answers.put("ip route show table 5300", "192.0.2.100 dev lvs0 scope link");

        assertThatThrownBy(() -> setUp.removeLeftovers(5300, "")).isInstanceOf(TunException.class);
    }
}
