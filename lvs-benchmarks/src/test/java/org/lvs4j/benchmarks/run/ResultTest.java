package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

final class ResultTest {
    @Test
    void published_pathOfTheJvm_removed() {
        JsonArray others = new JsonArray();
        JsonObject other = new JsonObject();
        other.addProperty("benchmark", "another");
        others.add(other);
        String published =
                Result.published("[{\"benchmark\": \"a.B.c\", \"jvm\": \"/some/where/java\", \"threads\": 2}]", others);

        assertThat(published)
                .contains("\"benchmark\": \"a.B.c\"", "\"threads\": 2", "another")
                .doesNotContain("/some/where", "jvm");
    }
}
