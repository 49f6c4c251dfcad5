package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(60)
class ControlServerTest {
    private static final ControlServer.Limits SHORT =
            new ControlServer.Limits(Duration.ofMillis(300), Duration.ofSeconds(2), Duration.ofSeconds(2));

    @TempDir
    private Path directory;

    private Path socket;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("inner").resolve("lvsd.sock");
        server = ControlServer.start(ControlSocket.claim(socket), ControlServerTest::echo, SHORT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Answers with its arguments, for {@code -R} also with standard input; fails for {@code boom}. */
    private static Answer echo(List<String> arguments, ControlServer.Input input) throws IOException {
        if (arguments.contains("boom")) {
            throw new IllegalStateException("boom");
        }
        String text = arguments.contains("-R") ? input.read() : "";
        return new Answer(arguments.size(), String.join("|", arguments) + text, arguments.isEmpty() ? "none" : "");
    }

    private record Result(int exitCode, String output, String error) {}

    private Result call(String input, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        int exitCode = Lvsadm.run(
                arguments,
                socket,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(output, true, UTF_8),
                new PrintStream(error, true, UTF_8));
        return new Result(exitCode, output.toString(UTF_8), error.toString(UTF_8));
    }

    @Test
    void call_arguments_reachTheDaemonInOrder() {
        assertThat(call("", "-A", "-t", "10.0.0.1:80", "ü")).isEqualTo(new Result(4, "-A|-t|10.0.0.1:80|ü", ""));
    }

    @Test
    void call_noArguments_errorAndExitCodeComeBack() {
        assertThat(call("")).isEqualTo(new Result(0, "", "none"));
    }

    @Test
    void call_commandReadsInput_inputOfManyFramesArrivesWhole() {
        String input = "x".repeat(3 * FrameChannel.MAX_PAYLOAD_BYTES + 17);

        Result result = call(input, "-R");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).isEqualTo("-R" + input);
    }

    @Test
    void call_inputTooLong_refusedWithTheLimit() {
        Result result = call("x".repeat(ControlServer.MAX_INPUT_BYTES + 1), "-R");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("longer than " + ControlServer.MAX_INPUT_BYTES);
    }

    @Test
    void call_tooManyArguments_refusedWithTheLimit() {
        String[] arguments = new String[ControlServer.MAX_ARGUMENTS + 1];
        Arrays.fill(arguments, "a");

        Result result = call("", arguments);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("more than " + ControlServer.MAX_ARGUMENTS + " arguments");
    }

    @Test
    void call_argumentTooLong_refusedByTheTool() {
        Result result = call("", "a".repeat(FrameChannel.MAX_PAYLOAD_BYTES + 1));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("at most " + FrameChannel.MAX_PAYLOAD_BYTES);
    }

    @Test
    void call_commandThrows_errorAnsweredAndNextCommandServed() {
        Result result = call("", "boom");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("boom");
        assertThat(call("", "-L").output()).isEqualTo("-L");
    }

    @Test
    void call_noDaemon_errorNamesTheCommandToStartOne() {
        server.close();

        Result result = call("", "-L");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error())
                .isEqualTo("lvsadm: no lvsd is listening on " + socket + "; start one with 'lvsd run RULES'\n");
    }

    @Test
    void serve_silentConnections_closedAtTheDeadline() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
                silent.add(connect());
            }
            for (SocketChannel channel : silent) {
                assertThat(readAll(channel)).contains("did not arrive in time");
            }
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
        assertThat(call("", "-L").output()).isEqualTo("-L");
    }

    @Test
    void serve_moreConnectionsThanTheLimit_refusedWithTheReason() throws Exception {
        server.close();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(ControlServer.MAX_CONNECTIONS);
        ControlServer.Commands waiting = (arguments, input) -> {
            busy.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.ok("");
        };
        server = ControlServer.start(ControlSocket.claim(socket), waiting, SHORT);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
            Thread caller = new Thread(() -> call("", "-L"));
            caller.start();
            callers.add(caller);
        }
        busy.await();

        Result result = call("", "-L");

        release.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains(ControlServer.MAX_CONNECTIONS + " control connections are open");
    }

    @Test
    void serve_otherProtocolVersion_refused() throws IOException {
        try (FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(5))) {
            frames.write(FrameType.HELLO, "lvs4j-control-0".getBytes(UTF_8));
            frames.write(FrameType.RUN, new byte[0]);

            FrameChannel.Frame frame = frames.read();

            assertThat(frame.type()).isEqualTo(FrameType.ERROR);
            assertThat(new String(frame.payload(), UTF_8)).contains("different releases");
        }
    }

    @Test
    void serve_randomAndMutatedBytes_nextCommandServed() {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = random.nextBoolean() ? randomBytes(random) : mutated(random, validRequest());
            try (SocketChannel channel = connect()) {
                ByteBuffer out = ByteBuffer.wrap(bytes);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                channel.shutdownOutput();
                readAll(channel);
            } catch (IOException e) {
                // The daemon may close the connection at any time; it must continue to serve others.
                assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset|connected).*");
            }
            if (round % 25 == 0) {
                assertThat(call("", "-L").output())
                        .as("seed %d round %d", seed, round)
                        .isEqualTo("-L");
            }
        }
        assertThat(call("", "-L").output()).as("seed %d", seed).isEqualTo("-L");
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(256 * 1024);
        while (channel.read(bytes) >= 0) {
            assertThat(bytes.hasRemaining()).as("bounded length of the answer").isTrue();
        }
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    private static byte[] randomBytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(1, 2000)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mutated(SplittableRandom random, byte[] bytes) {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextBoolean() ? bytes : Arrays.copyOf(bytes, random.nextInt(1, bytes.length));
    }

    private static byte[] validRequest() {
        ByteBuffer request = ByteBuffer.allocate(200);
        put(request, FrameType.HELLO, ControlServer.VERSION);
        put(request, FrameType.ARGUMENT, "-R");
        put(request, FrameType.RUN, "");
        put(request, FrameType.INPUT, "-A -t 10.0.0.1:80\n");
        put(request, FrameType.INPUT_END, "");
        return Arrays.copyOf(request.array(), request.position());
    }

    private static void put(ByteBuffer request, FrameType type, String payload) {
        byte[] bytes = payload.getBytes(UTF_8);
        request.put(type.code()).putInt(bytes.length).put(bytes);
    }
}
