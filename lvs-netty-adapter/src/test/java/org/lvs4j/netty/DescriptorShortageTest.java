package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that has no descriptor left: clients wait, nothing leaks, and it goes on by itself. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
final class DescriptorShortageTest {
    private static final int DESCRIPTORS = 200;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void descriptors_runOut_clientsWaitAndAreServedLater(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        Path log = directory.resolve("log");
        try (TestServer server = TestServer.start();
                Program program = Program.start(transport, server.address(), log);
                Socket before = program.connect()) {
            exchange(before, 1);
            program.command("fill");
            Duration busyBefore = program.busy();

            // The system completes these connections although the program cannot accept them.
            try (Socket waiting = program.connect();
                    Socket another = program.connect()) {
                Loopback.await("accepting fails", () -> program.counter("acceptFailures") >= 1);
                exchange(before, 2);

                // There is one for a client, and none for a socket to its server.
                program.command("free 1");
                exchange(before, 3);
                assertThat(program.counter("acceptFailures")).isLessThan(200);
                assertThat(program.busy().minus(busyBefore)).isLessThan(Duration.ofMillis(1500));

                program.command("free 1000");
                exchange(waiting, 4);
                exchange(another, 5);
                exchange(before, 6);
            }
            assertNobodyFailed(program);
            try (Socket after = program.connect()) {
                exchange(after, 7);
            }
            Loopback.await("one left", () -> program.counter("open") == 1);
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(lines)
                .filteredOn(line -> line.contains("cannot accept clients"))
                .isNotEmpty();
        assertThat(lines)
                .filteredOn(line -> line.contains("too many open files"))
                .hasSizeBetween(1, 20);
        assertThat(lines).noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"));
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void burst_moreClientsThanDescriptors_allAreServedInTurn(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        int clients = 2 * DESCRIPTORS;
        try (TestServer server = TestServer.start();
                Program program = Program.start(transport, server.address(), directory.resolve("log"))) {
            Deque<Socket> open = new ArrayDeque<>();
            try {
                for (int i = 0; i < clients; i++) {
                    Socket client = program.connect();
                    open.add(client);
                    client.getOutputStream().write(i % 100);
                }
                Loopback.await("accepting pauses", () -> program.counter("acceptFailures") >= 1);
                for (int i = 0; i < clients; i++) {
                    try (Socket client = open.remove()) {
                        assertThat(client.getInputStream().read())
                                .as("client %s", i)
                                .isEqualTo(i % 100);
                    }
                }
            } finally {
                for (Socket client : open) {
                    client.close();
                }
            }
            assertNobodyFailed(program);
            Loopback.await("none left", () -> program.counter("open") == 0);
        }
    }

    private static void assertNobodyFailed(Program program) {
        assertThat(program.counter("localFailures")).isZero();
        assertThat(program.counter("connectFailures")).isZero();
        assertThat(program.counter("retries")).isZero();
    }

    private static void exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        assertThat(socket.getInputStream().read()).isEqualTo(value);
    }

    /** The relay in a process of its own. */
    private record Program(Process process, BufferedReader answers, PrintStream commands, int port)
            implements AutoCloseable {
        static Program start(Transport transport, String server, Path log) throws IOException {
            Process process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                            "sh",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ShortOfDescriptors.class.getName(),
                            transport.name(),
                            server)
                    .redirectError(log.toFile())
                    .start();
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String port = answers.readLine();
            assertThat(port).as("the program's log: %s", Files.readString(log)).isNotNull();
            return new Program(
                    process,
                    answers,
                    new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8),
                    Integer.parseInt(port));
        }

        Socket connect() throws IOException {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            return socket;
        }

        String command(String line) {
            commands.println(line);
            try {
                return answers.readLine();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        int counter(String name) {
            String state = command("state");
            Matcher matcher = Pattern.compile("\\b" + name + "=(\\d+)").matcher(state);
            assertThat(matcher.find()).as("%s in %s", name, state).isTrue();
            return Integer.parseInt(matcher.group(1));
        }

        /** The processor time so far. */
        Duration busy() {
            return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
        }

        @Override
        public void close() throws IOException {
            commands.close();
            try {
                assertThat(process.waitFor(20, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
