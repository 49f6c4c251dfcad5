package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that has no descriptor, or no direct memory, left still answers {@code lvsadm}. */
@Tag("slow")
@Timeout(50)
@EnabledOnOs(OS.LINUX)
class ControlShortageTest {
    private static final int CALLS = 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"descriptors", "memory"})
    void call_processIsShortOfSomething_everyAnswerIsWhole(String resource) throws Exception {
        Path socket = directory.resolve("inner").resolve("lvsd.sock");
        Process program = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 100 && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=1m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShortControlServer.class.getName(),
                        socket.toString(),
                        resource)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("short of " + resource);
            for (int i = 0; i < CALLS; i++) {
                ByteArrayOutputStream output = new ByteArrayOutputStream();
                ByteArrayOutputStream error = new ByteArrayOutputStream();
                int exitCode = Lvsadm.run(
                        new String[] {"-L"},
                        socket,
                        new ByteArrayInputStream(new byte[0]),
                        output,
                        new PrintStream(error, true, UTF_8));
                assertThat(exitCode).as(error.toString(UTF_8)).isZero();
                assertThat(output.size()).isEqualTo(ShortControlServer.ANSWER_CHARACTERS);
            }
            program.getOutputStream().close();
            assertThat(program.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
    }
}
