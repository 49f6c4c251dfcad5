package org.lvs4j.examples.embedded;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each program as a user would: in a JVM of its own, on the module path. */
final class EmbeddedTest {
    private static final Predicate<String> OF_TESTS = Pattern.compile(
                    "test-classes|surefire|junit|assertj|opentest4j|apiguardian|byte-buddy")
            .asPredicate();

    @TempDir
    Path directory;

    @Test
    void balancedClient_weights321_sharesTwelveRequests() throws Exception {
        List<String> lines = run("BalancedClient");
        assertThat(lines).filteredOn("hello from apple"::equals).hasSize(6);
        assertThat(lines).filteredOn("hello from banana"::equals).hasSize(4);
        assertThat(lines).filteredOn("hello from cherry"::equals).hasSize(2);
        assertThat(lines).hasSize(15);
        assertThat(lines.subList(12, 15))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" weight 1: 2 connections"),
                        line -> assertThat(line).endsWith(" weight 2: 4 connections"),
                        line -> assertThat(line).endsWith(" weight 3: 6 connections"));
    }

    @Test
    void embeddedRelay_threeServers_eachAnswersTwice() throws Exception {
        List<String> lines = run("EmbeddedRelay");
        assertThat(lines.subList(0, lines.size() - 1))
                .containsExactlyInAnyOrder(
                        "hello from apple",
                        "hello from apple",
                        "hello from banana",
                        "hello from banana",
                        "hello from cherry",
                        "hello from cherry");
        assertThat(lines).last().isEqualTo("relayed 6 connections");
    }

    private List<String> run(String program) throws IOException, InterruptedException {
        Path output = directory.resolve(program);
        Path errors = directory.resolve(program + ".err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modulePath(),
                        "--module",
                        "org.lvs4j.examples.embedded/org.lvs4j.examples.embedded." + program)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("%s ends by itself", program)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String error = Files.readString(errors, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(error).isZero();
        assertThat(error).doesNotContain("Exception", "WARN");
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    private static String modulePath() {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator)))
                .filter(OF_TESTS.negate())
                .collect(joining(File.pathSeparator));
    }
}
