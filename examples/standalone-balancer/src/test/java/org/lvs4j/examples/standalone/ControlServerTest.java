package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
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
            new ControlServer.Limits(Duration.ofMillis(300), Duration.ofMillis(500), Duration.ofSeconds(2));
    private static final ControlServer.Limits LONG =
            new ControlServer.Limits(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1));

    @TempDir
    private Path directory;

    private Path socket;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("inner").resolve("lvsd.sock");
        server = ControlServer.start(ControlSocket.claim(socket), commands(ControlServerTest::echo), SHORT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void restart(Body body, ControlServer.Limits limits) throws IOException {
        server.close();
        server = ControlServer.start(ControlSocket.claim(socket), commands(body), limits);
    }

    @FunctionalInterface
    private interface Body {
        Answer run(List<String> arguments, byte[] input, Appendable output) throws IOException;
    }

    /** Commands of which {@code -R} reads standard input, and {@code -L} is a listing. */
    private static ControlCommands commands(Body body) {
        return new ControlCommands() {
            @Override
            public Kind kind(List<String> arguments) {
                if (arguments.contains("-R")) {
                    return Kind.CHANGE_WITH_INPUT;
                }
                return arguments.contains("-L") ? Kind.LISTING : Kind.CHANGE;
            }

            @Override
            public Answer run(List<String> arguments, byte[] input, Appendable output) throws IOException {
                return body.run(arguments, input, output);
            }
        };
    }

    /** Answers with its arguments and standard input; fails for {@code boom} and {@code memory}. */
    private static Answer echo(List<String> arguments, byte[] input, Appendable output) throws IOException {
        if (arguments.contains("boom")) {
            throw new IllegalStateException("boom");
        } else if (arguments.contains("memory")) {
            throw new OutOfMemoryError("Java heap space");
        }
        output.append(String.join("|", arguments)).append(new String(input, UTF_8));
        return new Answer(arguments.size(), "", arguments.isEmpty() ? "none" : "");
    }

    private record Result(int exitCode, String output, String error) {}

    private Result call(String input, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        int exitCode = Lvsadm.run(
                arguments,
                socket,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                output,
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
        String input = "x".repeat(3 * Frame.MAX_PAYLOAD_BYTES + 17);

        Result result = call(input, "-R");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).isEqualTo("-R" + input);
    }

    @Test
    void call_inputTooLong_refusedWithTheLimitBeforeItIsSent() throws IOException {
        try (FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(5))) {
            command(frames, "-R");
            assertThat(frames.read().type()).isEqualTo(FrameType.INPUT_WANTED);
            frames.write(FrameType.INPUT_SIZE, size(ControlServer.MAX_INPUT_BYTES + 1L));

            assertThat(new String(frames.read().payload(), UTF_8))
                    .contains("longer than " + ControlServer.MAX_INPUT_BYTES);
        }
    }

    @Test
    void require_rulesLargerThanTheHeap_refusedWithBothSizes() {
        long size = Runtime.getRuntime().maxMemory() / 2;

        assertThatThrownBy(() -> HeapRoom.require("a.rules", size))
                .hasMessageStartingWith("a.rules: rules of " + size + " bytes need about ")
                .hasMessageContaining("MB are free (-Xmx");
    }

    private static void command(FrameChannel frames, String... arguments) throws IOException {
        frames.write(FrameType.HELLO, ControlServer.VERSION.getBytes(UTF_8));
        for (String argument : arguments) {
            frames.write(FrameType.ARGUMENT, argument.getBytes(UTF_8));
        }
        frames.write(FrameType.RUN, new byte[0]);
    }

    private static byte[] size(long bytes) {
        return ByteBuffer.allocate(Long.BYTES).putLong(bytes).array();
    }

    @Test
    void call_tooManyArguments_refusedWithTheLimit() {
        String[] arguments = new String[ControlConnection.MAX_ARGUMENTS + 1];
        Arrays.fill(arguments, "a");

        Result result = call("", arguments);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("more than " + ControlConnection.MAX_ARGUMENTS + " arguments");
    }

    @Test
    void call_argumentTooLong_refusedByTheTool() {
        Result result = call("", "a".repeat(Frame.MAX_PAYLOAD_BYTES + 1));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("at most " + Frame.MAX_PAYLOAD_BYTES);
    }

    @Test
    void call_commandThrows_errorAnsweredAndNextCommandServed() {
        Result result = call("", "boom");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("boom");
        assertThat(call("", "-L").output()).isEqualTo("-L");
    }

    @Test
    void call_commandWithoutMemory_reasonWithoutAClassName() {
        Result result = call("", "memory");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("not enough memory").doesNotContain("Error");
        assertThat(call("", "-L").output()).isEqualTo("-L");
    }

    @Test
    void call_noDaemon_errorNamesTheCommandToStartOne() {
        server.close();

        Result result = call("", "-L");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error())
                .startsWith("lvsadm: no lvsd is listening on " + socket + ": there is no such socket; ")
                .contains("start one with 'lvsd run FILE'");
    }

    @Test
    void call_socketLeftOver_errorSaysSo() throws IOException {
        server.close();
        try (ServerSocketChannel abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            abandoned.bind(UnixDomainSocketAddress.of(socket));
        }

        assertThat(call("", "-L").error()).contains("no lvsd is listening on").contains("the socket is left over");
    }

    @Test
    void call_fileIsNotASocket_errorSaysSo() throws IOException {
        server.close();
        Files.writeString(socket, "x");

        assertThat(call("", "-L").error())
                .isEqualTo("lvsadm: " + socket + " is not a socket; set LVSD_SOCKET to the control socket of lvsd\n");
    }

    @Test
    void call_pathTooLong_bothLengthsNamed() {
        socket = directory.resolve("x".repeat(200));

        assertThat(call("", "-L").error()).contains("too long").contains("at most " + SocketPath.MAX_BYTES);
    }

    @Test
    void call_otherProgramListens_errorWithoutAClassName() throws Exception {
        server.close();
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            Thread program = new Thread(() -> {
                try (SocketChannel client = other.accept()) {
                    client.write(ByteBuffer.wrap("HTTP/1.1 400 Bad Request".getBytes(UTF_8)));
                } catch (IOException e) {
                    // The tool reports it.
                }
            });
            program.start();

            Result result = call("", "-L");

            program.join();
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.error()).contains("not a frame").doesNotContain("Exception");
        }
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
    void serve_moreClientsThanTheLimit_allServedOneChangeAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        restart(
                (arguments, input, output) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.yield();
                    running.decrementAndGet();
                    return Answer.ok("");
                },
                LONG);
        int clients = 2 * ControlServer.MAX_CONNECTIONS;
        Queue<Result> results = new ConcurrentLinkedQueue<>();
        inParallel(clients, i -> results.add(call("rules", i % 2 == 0 ? "-R" : "-A")));

        assertThat(results).hasSize(clients).containsOnly(new Result(0, "", ""));
        assertThat(most).hasValue(1);
    }

    private static void inParallel(int count, IntConsumer task) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            Thread thread = new Thread(() -> task.accept(number));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void serve_changesOfManyClients_executedInTheOrderOfTheirArrival() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Queue<String> order = new ConcurrentLinkedQueue<>();
        restart(
                (arguments, input, output) -> {
                    if (!arguments.contains("-L")) {
                        await(release);
                        order.add(arguments.get(0));
                    }
                    return Answer.ok("");
                },
                LONG);
        List<FrameChannel> clients = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(20));
            command(frames, "change-" + i);
            clients.add(frames);
            sent.add("change-" + i);
            assertThat(call("", "-L").exitCode()).isZero();
        }
        release.countDown();
        for (FrameChannel frames : clients) {
            assertThat(frames.read().type()).isEqualTo(FrameType.EXIT);
            frames.close();
        }
        assertThat(order).containsExactlyElementsOf(sent);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void serve_hostileClientsAtTheLimit_othersAreServed() throws Exception {
        restart(ControlServerTest::echo, LONG);
        List<SocketChannel> hostile = new ArrayList<>();
        try {
            for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
                SocketChannel channel = connect();
                // Some send nothing, some a part of a frame, some announce an input that they do not send.
                byte[] request = validRequest();
                int length = i % 3 == 0 ? 0 : i % 3 == 1 ? 7 : request.length - 20;
                channel.write(ByteBuffer.wrap(request, 0, length));
                hostile.add(channel);
            }
            long start = System.nanoTime();
            assertThat(call("", "-L").output()).isEqualTo("-L");
            assertThat(call("x", "-R").output()).isEqualTo("-Rx");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        } finally {
            for (SocketChannel channel : hostile) {
                channel.close();
            }
        }
    }

    @Test
    void serve_clientsThatNeverReadTheirAnswers_othersAreServed() throws Exception {
        String answer = "x".repeat(8 * OutgoingFrames.MAX_BYTES);
        restart(
                (arguments, input, output) -> {
                    output.append(arguments.contains("long") ? answer : "short");
                    return Answer.ok("");
                },
                LONG);
        List<FrameChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * CommandThreads.MAX_LISTINGS; i++) {
                FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(20));
                command(frames, "-L", "long");
                silent.add(frames);
            }
            assertThat(call("", "-A").output()).isEqualTo("short");
            assertThat(call("", "-L").output()).isEqualTo("short");
            assertThat(call("", "-L", "long").output()).isEqualTo(answer);
        } finally {
            for (FrameChannel frames : silent) {
                frames.close();
            }
        }
    }

    @Test
    void serve_clientLeavesWhileItsChangeWaits_changeIsNotExecuted() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Queue<String> executed = new ConcurrentLinkedQueue<>();
        restart(
                (arguments, input, output) -> {
                    if (arguments.get(0).equals("first")) {
                        started.countDown();
                        await(release);
                    }
                    executed.add(arguments.get(0));
                    return Answer.ok("");
                },
                LONG);
        try (FrameChannel first = FrameChannel.over(connect(), Duration.ofSeconds(20))) {
            command(first, "first");
            await(started);
            FrameChannel gone = FrameChannel.over(connect(), Duration.ofSeconds(20));
            command(gone, "gone");
            gone.close();
            // Answered after the end of the other client has been noticed.
            assertThat(call("", "-L").exitCode()).isZero();
            release.countDown();
            assertThat(first.read().type()).isEqualTo(FrameType.EXIT);
            assertThat(call("", "last").exitCode()).isZero();
        }
        assertThat(executed).contains("first", "last").doesNotContain("gone");
    }

    @Test
    void serve_clientSendsItsInputSlowly_cut() throws IOException {
        try (FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(20))) {
            command(frames, "-R");
            assertThat(frames.read().type()).isEqualTo(FrameType.INPUT_WANTED);
            frames.write(FrameType.INPUT_SIZE, size(1000));
            assertThat(frames.read().type()).isEqualTo(FrameType.INPUT_GRANTED);
            frames.write(FrameType.INPUT, new byte[1]);

            assertThat(new String(frames.read().payload(), UTF_8)).contains("did not arrive in time");
        }
    }

    @Test
    void call_readerOfTheAnswerLeaves_endsQuietly() throws IOException {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream error = new ByteArrayOutputStream();

        int exitCode = Lvsadm.run(
                new String[] {"-L"}, socket, new ByteArrayInputStream(new byte[0]), closed, new PrintStream(error));

        assertThat(exitCode).isEqualTo(1);
        assertThat(error.toString(UTF_8)).isEmpty();
    }

    @Test
    void serve_otherProtocolVersion_refused() throws IOException {
        try (FrameChannel frames = FrameChannel.over(connect(), Duration.ofSeconds(5))) {
            frames.write(FrameType.HELLO, "lvs4j-control-0".getBytes(UTF_8));
            frames.write(FrameType.RUN, new byte[0]);

            Frame frame = frames.read();

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

    @Test
    void call_noFurtherThread_commandWaitsForOneThatRuns() throws Exception {
        server.close();
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger threads = new AtomicInteger();
        server = ControlServer.start(
                ControlSocket.claim(socket),
                commands((arguments, input, output) -> {
                    if (arguments.contains("first")) {
                        await(release);
                    }
                    return echo(arguments, input, output);
                }),
                LONG,
                null,
                (task, name) -> {
                    // One for changes and one for listings.
                    if (threads.incrementAndGet() > 2) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return new Thread(task, name);
                });
        Queue<Result> results = new ConcurrentLinkedQueue<>();
        Thread first = new Thread(() -> results.add(call("", "-L", "first")));
        Thread second = new Thread(() -> results.add(call("", "-L", "second")));
        first.start();
        second.start();
        while (threads.get() < 3) {
            Thread.onSpinWait();
        }
        release.countDown();
        first.join();
        second.join();

        assertThat(results).extracting(Result::output).containsExactlyInAnyOrder("-L|first", "-L|second");
        assertThat(call("x", "-R").output()).isEqualTo("-Rx");
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
        request.put(FrameType.INPUT_SIZE.code()).putInt(8).putLong(18);
        put(request, FrameType.INPUT, "-A -t 10.0.0.1:80\n");
        put(request, FrameType.INPUT_END, "");
        return Arrays.copyOf(request.array(), request.position());
    }

    private static void put(ByteBuffer request, FrameType type, String payload) {
        byte[] bytes = payload.getBytes(UTF_8);
        request.put(type.code()).putInt(bytes.length).put(bytes);
    }
}
