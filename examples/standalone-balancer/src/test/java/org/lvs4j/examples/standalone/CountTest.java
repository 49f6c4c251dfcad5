package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountTest {
    @Test
    void of_one_singular() {
        assertThat(Count.of(1, "command")).isEqualTo("1 command");
        assertThat(Count.of(0, "command")).isEqualTo("0 commands");
        assertThat(Count.of(2, "command")).isEqualTo("2 commands");
    }
}
