package org.lvs4j.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the front page shows is what the examples do, line by line. */
final class ReadmeTest {
    private static final Path FRONT_PAGE = Path.of("../../README.md");
    private static final Path SOURCES = Path.of("src/main/java/org/lvs4j/examples/embedded");

    @Test
    void frontPage_everyLineOfJava_standsInAnExample() throws IOException {
        List<String> examples = new ArrayList<>();
        for (String program : List.of("EmbeddedRelay.java", "BalancedClient.java")) {
            Files.readAllLines(SOURCES.resolve(program)).forEach(line -> examples.add(line.strip()));
        }
        List<String> shown = new ArrayList<>();
        boolean java = false;
        for (String line : Files.readAllLines(FRONT_PAGE)) {
            if (line.startsWith("```")) {
                java = line.equals("```java");
            } else if (java) {
                shown.add(line.strip());
            }
        }
        assertThat(shown).hasSizeGreaterThan(10).isSubsetOf(examples);
    }

    @Test
    void examples_eachFile_isUnderSixtyLines() throws IOException {
        try (var files = Files.list(SOURCES)) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(60));
        }
    }
}
