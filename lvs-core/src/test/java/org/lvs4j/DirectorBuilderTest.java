package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The builder of a director checks its values. */
class DirectorBuilderTest {
    @Test
    void build_everyValueOutOfRange_allNamedAtOnce() {
        Director.Builder builder =
                Director.builder().maxConnections(0).maxTemplates(-1).slowStart(Duration.ofSeconds(-1));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxConnections must be positive, not 0")
                .hasMessageContaining("maxTemplates must be positive, not -1")
                .hasMessageContaining("slow start");
    }

    @Test
    void setter_null_refusedByName() {
        Director.Builder builder = Director.builder();
        assertThatNullPointerException().isThrownBy(() -> builder.ticker(null)).withMessage("nanoClock");
        assertThatNullPointerException().isThrownBy(() -> builder.random(null)).withMessage("generator");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.availablePages(null))
                .withMessage("pages");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.slowStart(null))
                .withMessage("duration");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.classLoader(null))
                .withMessage("loader");
    }
}
