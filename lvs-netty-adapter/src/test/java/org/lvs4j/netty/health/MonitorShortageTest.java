package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.netty.Transport;

/** A process that has no descriptor left: its servers are not to blame, and probes go on by themselves. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
final class MonitorShortageTest {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int NOT_MADE = 2;
    private static final int SERVERS = 3;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void descriptors_runOut_serverStaysAndProbesGoOn(Transport transport) throws Exception {
        try (Servers.Tcp server = Servers.Tcp.start(Servers::silence)) {
            Process process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -n 200 && exec \"$@\"",
                            "sh",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            ShortOfDescriptorsMonitor.class.getName(),
                            transport.name(),
                            server.address())
                    .redirectError(directory.resolve("log").toFile())
                    .start();
            try (PrintStream commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
                    BufferedReader answers = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                ProbeFixture.await("probes", () -> ask(commands, answers, "state")[PASSED] > 20);
                ask(commands, answers, "fill");
                ProbeFixture.await("both checks cannot be made", () -> ask(commands, answers, "state")[NOT_MADE] >= 4);
                long[] during = ask(commands, answers, "state");
                assertThat(during[FAILED]).isZero();
                assertThat(during[SERVERS]).isOne();

                long passed = ask(commands, answers, "free")[PASSED];
                ProbeFixture.await("probes again", () -> ask(commands, answers, "state")[PASSED] > passed + 20);
                long[] after = ask(commands, answers, "state");
                assertThat(after[FAILED]).isZero();
                assertThat(after[SERVERS]).isOne();
            } finally {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
    }

    private long[] ask(PrintStream commands, BufferedReader answers, String command) {
        commands.println(command);
        try {
            String answer = answers.readLine();
            if (answer == null) {
                throw new AssertionError("the program has ended: " + Files.readString(directory.resolve("log")));
            }
            return Arrays.stream(answer.split(" ")).mapToLong(Long::parseLong).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
