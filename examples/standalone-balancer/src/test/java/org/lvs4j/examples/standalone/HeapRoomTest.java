package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeapRoomTest {
    /** So many commands need more than the whole heap, though their bytes alone do not. */
    private static final int COMMANDS =
            (int) Math.min(Integer.MAX_VALUE / 8, Runtime.getRuntime().maxMemory() / 300);

    @Test
    void require_manyShortCommands_refused() {
        byte[] text = new byte[2 * COMMANDS];
        Arrays.fill(text, (byte) '-');
        for (int i = 1; i < text.length; i += 2) {
            text[i] = '\n';
        }

        assertThatThrownBy(() -> HeapRoom.require("rules", text))
                .isInstanceOf(RulesInvalidException.class)
                .hasMessageContaining("rules of " + COMMANDS + " commands need about");
    }

    @Test
    void require_blankLinesAndComments_countedByTheirBytes() {
        assertThatCode(() ->
                        HeapRoom.require("rules", "# x\n\n \r\n".repeat(1000).getBytes(US_ASCII)))
                .doesNotThrowAnyException();
    }
}
