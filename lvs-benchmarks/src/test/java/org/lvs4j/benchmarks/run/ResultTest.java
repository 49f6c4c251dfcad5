package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ResultTest {
    @Test
    void published_placeOfTheJvm_isLeftOut() {
        String published = Result.published("[{\"benchmark\": \"a.B.c\", \"jvm\": \"/some/where/java\", \"threads\": 2}]");

        assertThat(published).contains("\"benchmark\": \"a.B.c\"", "\"threads\": 2").doesNotContain("/some/where", "jvm");
    }
}
