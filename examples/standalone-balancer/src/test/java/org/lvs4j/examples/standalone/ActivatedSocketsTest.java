package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment variables of socket activation. */
final class ActivatedSocketsTest {
    @Test
    void of_variablesForThisProcess_descriptorsFromThree() {
        assertThat(ActivatedSockets.of(Map.of("LISTEN_FDS", "3", "LISTEN_PID", "7", "LISTEN_FDNAMES", "a:b"), 7))
                .containsExactly(3, 4, 5);
        assertThat(ActivatedSockets.of(Map.of("LISTEN_FDS", "0", "LISTEN_PID", "7"), 7))
                .isEmpty();
    }

    @Test
    void of_variablesForAnotherProcess_none() {
        assertThat(ActivatedSockets.of(Map.of(), 7)).isEmpty();
        assertThat(ActivatedSockets.of(Map.of("LISTEN_FDS", "1"), 7)).isEmpty();
        assertThat(ActivatedSockets.of(Map.of("LISTEN_FDS", "x", "LISTEN_PID", "8"), 7))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "-1", "65537", "99999999999"})
    void of_invalidNumber_refusedByName(String count) {
        assertThatThrownBy(() -> ActivatedSockets.of(Map.of("LISTEN_FDS", count, "LISTEN_PID", "7"), 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("LISTEN_FDS=" + count + ": ");
    }
}
