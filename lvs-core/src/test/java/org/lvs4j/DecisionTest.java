package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DecisionTest {
    @Test
    void verdict_everyVerdict_sameVerdict() {
        for (Verdict verdict : Verdict.values()) {
            assertThat(Decision.verdict(Decision.of(verdict))).isEqualTo(verdict);
        }
    }

    @Test
    void verdict_noneOrForeignNumber_refusedWithItsName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.verdict(Decision.NONE))
                .withMessage("NONE has no verdict");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.verdict(255))
                .withMessage("255 is no decision");
    }

    @Test
    void forward_highestValues_readBack() {
        long decision = Decision.forward((1 << 24) - 1, 65_535, true);
        assertThat(Decision.verdict(decision)).isEqualTo(Verdict.FORWARD);
        assertThat(Decision.serverId(decision)).isEqualTo((1 << 24) - 1);
        assertThat(Decision.port(decision)).isEqualTo(65_535);
        assertThat(Decision.direct(decision)).isTrue();
    }
}
