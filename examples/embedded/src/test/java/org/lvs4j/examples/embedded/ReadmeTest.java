package org.lvs4j.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the programs that the project's README and pages show to the programs that are compiled and run here. */
final class ReadmeTest {
    private static final List<Path> PAGES = List.of(
            Path.of("../../README.md"),
            Path.of("../../docs/metrics.md"),
            Path.of("../../docs/netty.md"),
            Path.of("../../docs/grpc.md"));
    private static final Path DISCOVERY = Path.of("../../docs/discovery.md");
    private static final Path SOURCES = Path.of("src/main/java/org/lvs4j/examples/embedded");
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void pages_everyJavaBlock_equalsAProgram() throws IOException {
        for (Path page : PAGES) {
            List<String> blocks = JAVA_BLOCK
                    .matcher(Files.readString(page))
                    .results()
                    .map(block -> block.group(1))
                    .toList();

            assertThat(blocks).as("%s", page).isNotEmpty();
            assertThat(programs()).containsAll(blocks);
        }
    }

    @Test
    void discoveryDocument_everyJavaBlock_isPartOfAProgram() throws IOException {
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(DISCOVERY))
                .results()
                .map(block -> block.group(1).strip())
                .toList();

        assertThat(blocks).isNotEmpty();
        List<String> programs = programs().stream().map(ReadmeTest::unindented).toList();
        assertThat(blocks)
                .allSatisfy(block -> assertThat(programs).anyMatch(program -> program.contains(unindented(block))));
    }

    private static String unindented(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void program_any_isShorterThanEightyLines() throws IOException {
        assertThat(programs())
                .hasSizeGreaterThan(5)
                .allSatisfy(program -> assertThat(program.lines()).hasSizeLessThan(80));
    }

    private static List<String> programs() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("package-info.java"))
                    .map(ReadmeTest::read)
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
