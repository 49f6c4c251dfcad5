package org.lvs4j.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Protocol;

class SctpStatesTest {
    private static final int EVENTS = 10;

    private static List<String> rows() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                SctpStatesTest.class.getResourceAsStream("/sctp/transitions.txt"), StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    private static ConnectionState state(String label) {
        return Arrays.stream(ConnectionState.values())
                .filter(state ->
                        state.name().startsWith("SCTP_") && state.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no state " + label));
    }

    @Test
    void next_everyStateEventAndDirection_asInTransitionsFile() throws IOException {
        List<String> cells = new ArrayList<>();
        for (String row : rows()) {
            String[] words = row.replace(":", "").split(" ");
            int direction = List.of("INPUT", "OUTPUT", "INPUT_ONLY").indexOf(words[0]);
            assertThat(words).as(row).hasSize(2 + EVENTS);
            for (int event = 0; event < EVENTS; event++) {
                String cell = words[0] + " " + words[1] + " event " + event;
                assertThat(SctpStates.next(state(words[1]), direction, event).label())
                        .as(cell)
                        .isEqualTo(words[2 + event]);
                cells.add(cell);
            }
        }
        assertThat(cells).hasSize(3 * 14 * EVENTS).doesNotHaveDuplicates();
    }

    @Test
    void next_eventOutOfRange_countsAsData() {
        for (int event : new int[] {-1, 10, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(SctpStates.next(ConnectionState.SCTP_NONE, ConnectionStates.INPUT, event))
                    .isEqualTo(ConnectionState.SCTP_ESTABLISHED);
        }
    }

    @Test
    void eventOf_everyChunkType_eventOfNamedOnesOtherwiseData() {
        int[] types = {0, 1, 2, 10, 11, 7, 8, 14, 9, 6};
        for (int event = 0; event < types.length; event++) {
            assertThat(SctpStates.eventOf(types[event]))
                    .as("chunk type %d", types[event])
                    .isEqualTo(event);
        }
        for (int type = -1; type <= 256; type++) {
            int wanted = type;
            if (Arrays.stream(types).noneMatch(known -> known == wanted)) {
                assertThat(SctpStates.eventOf(type)).as("chunk type %d", type).isEqualTo(SctpStates.DATA);
            }
        }
    }

    @Test
    void timeoutAndActivity_asInIpvs() {
        assertThat(Arrays.stream(ConnectionState.values())
                        .filter(state -> state.name().startsWith("SCTP_"))
                        .map(state -> state.label() + " " + state.defaultTimeoutSeconds()
                                + (state.active() ? " active" : "")))
                .containsExactly(
                        "NONE 2",
                        "INIT1 4",
                        "INIT 61",
                        "C-SENT 61",
                        "C-REPLIED 61",
                        "C-WAIT 61",
                        "COOKIE 61",
                        "C-ECHOED 61",
                        "ESTABLISHED 900 active",
                        "S-SENT 61",
                        "S-RECEIVED 61",
                        "S-ACK-SENT 61",
                        "REJECTED 4",
                        "CLOSED 61");
        assertThat(ConnectionState.initial(Protocol.SCTP)).isEqualTo(ConnectionState.SCTP_NONE);
    }
}
