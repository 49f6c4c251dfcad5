package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/** Two Redis servers behind {@code lvsd}. A persistent service sends all connections of a client to one of them. */
@Timeout(120)
class RedisIT {
    private static final int MESSAGES = 10_000;
    private static final int COMMANDS = 50_000;
    private static final int VALUE_BYTES = 16_000_000;

    @TempDir
    private Path directory;

    private final List<ServerProgram> servers = new ArrayList<>();
    private final List<Integer> serverPorts = new ArrayList<>();
    private int port;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Path program = Programs.require("redis-server", "redis-server");
        Programs.require("redis-cli", "redis-tools");
        port = FreePort.next();
        for (int i = 0; i < 2; i++) {
            Path home = ServerProgram.home(directory, "redis");
            int serverPort = FreePort.next();
            List<String> command = List.of(
                    program.toString(),
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(serverPort),
                    "--save",
                    "",
                    "--dir",
                    home.toString());
            servers.add(ServerProgram.start("redis-server", home, serverPort, command));
            serverPorts.add(serverPort);
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(ServerProgram::close);
    }

    private Daemon lvsd(Transport transport) throws IOException, InterruptedException {
        String rules = """
                -A -t 127.0.0.1:%1$d -s rr -p 300
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%2$d -m
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%3$d -m
                """.formatted(port, serverPorts.get(0), serverPorts.get(1));
        return Daemon.start(
                directory,
                Daemon.BRIEF,
                Files.writeString(directory.resolve("redis.rules"), rules),
                Programs.transportOption(transport));
    }

    private static ProcessBuilder client(int port, String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }

    private String redis(String... arguments) throws IOException, InterruptedException {
        return Programs.run(client(port, arguments), "").outputOfSuccess().strip();
    }

    /** Sends commands of the protocol at once, without waiting for a reply between them. */
    private String pipeline(String commands) throws IOException, InterruptedException {
        return Programs.run(client(port, "--pipe"), commands).outputOfSuccess();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void publish_subscriberHeld_everyMessageInOrder(Transport transport) throws Exception {
        try (Daemon lvsd = lvsd(transport)) {
            Process subscriber =
                    client(port, "subscribe", "news").redirectErrorStream(true).start();
            try (BufferedReader heard = subscriber.inputReader()) {
                List<String> subscribed = List.of(heard.readLine(), heard.readLine(), heard.readLine());
                assertThat(subscribed).containsExactly("subscribe", "news", "1");

                String published = IntStream.range(0, MESSAGES)
                        .mapToObj(i -> "PUBLISH news message-" + i + "\r\n")
                        .collect(Collectors.joining());
                assertThat(pipeline(published)).contains("errors: 0, replies: " + MESSAGES);

                for (int i = 0; i < MESSAGES; i++) {
                    assertThat(heard.readLine()).isEqualTo("message");
                    assertThat(heard.readLine()).isEqualTo("news");
                    assertThat(heard.readLine()).isEqualTo("message-" + i);
                }
                assertThat(lvsd.isAlive()).isTrue();
            } finally {
                subscriber.destroyForcibly().waitFor();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void pipeline_manyCommandsAndLargeValue_allAtTheServerOfTheClient(Transport transport) throws Exception {
        try (Daemon lvsd = lvsd(transport)) {
            String commands = IntStream.range(0, COMMANDS)
                    .mapToObj(i -> "SET key-" + i + " " + i + "\r\n")
                    .collect(Collectors.joining());
            assertThat(pipeline(commands)).contains("errors: 0, replies: " + COMMANDS);
            assertThat(redis("get", "key-" + (COMMANDS - 1))).isEqualTo(Integer.toString(COMMANDS - 1));

            String value = new SplittableRandom(1)
                    .ints(VALUE_BYTES, 'a', 'z' + 1)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            Programs.run(client(port, "-x", "set", "large"), value).outputOfSuccess();
            assertThat(redis("get", "large").equals(value)).isTrue();

            List<String> sizes = new ArrayList<>();
            for (int serverPort : serverPorts) {
                sizes.add(Programs.run(client(serverPort, "dbsize"), "")
                        .outputOfSuccess()
                        .strip());
            }
            assertThat(sizes).containsExactlyInAnyOrder(Integer.toString(COMMANDS + 1), "0");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }
}
