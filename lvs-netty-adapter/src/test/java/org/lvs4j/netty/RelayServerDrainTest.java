package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** Draining a server behind a relay, and the relay itself: which connections end, when, and how. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class RelayServerDrainTest {
    private static final Duration IDLE = Duration.ofMillis(200);

    private static Relay start(Director director, Transport transport) {
        return Loopback.relay(director, Protocol.TCP)
                .transport(transport)
                .drainIdle(IDLE)
                .start();
    }

    private static Drain drain(Director director, TestServer server, Duration deadline) {
        return director.drain(Loopback.SERVICE, Endpoint.parse(server.address()), DrainOptions.within(deadline));
    }

    private static void exchange(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        assertThat(client.getInputStream().read()).isEqualTo(value);
    }

    private static void awaitDrained(Drain drain) {
        Loopback.await("drained", () -> drain.progress().phase() == Drain.Phase.DRAINED);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void drain_idleConnection_isClosedInOrderLongBeforeTheDeadline(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = start(director, transport);
                    Socket used = Loopback.connect(relay);
                    Socket unused = Loopback.connect(relay)) {
                exchange(used, 7);
                Loopback.await("both open", () -> server.accepted.get() == 2);
                Drain drain = drain(director, server, Duration.ofHours(1));
                assertThat(used.getInputStream().read()).as("FIN, not RST").isEqualTo(-1);
                assertThat(unused.getInputStream().read()).isEqualTo(-1);
                awaitDrained(drain);
                assertThat(relay.snapshot().drainedIdle()).isEqualTo(2);
                assertThat(relay.snapshot().aborted()).isZero();
                assertThat(drain.progress().ended()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING"})
    void drain_requestArrivesWhileTheLoopIsBusy_isAnswered(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        AtomicReference<Socket> asking = new AtomicReference<>();
        // Called by the only loop right before it looks for idle connections.
        LongSupplier ticker = () -> {
            boolean advancing = StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("advance")
                                    && frame.getClassName().startsWith("org.lvs4j.netty.")));
            Socket client = advancing ? asking.getAndSet(null) : null;
            if (client != null) {
                try {
                    Thread.sleep(2 * IDLE.toMillis());
                    client.getOutputStream().write(8);
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return System.nanoTime();
        };
        try (TestServer server = TestServer.start()) {
            Director director = Director.builder().ticker(ticker).build();
            director.addService(VirtualService.builder(Loopback.SERVICE).build(), RealServer.of(server.address()));
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .threads(1)
                            .drainIdle(IDLE)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                exchange(client, 7);
                drain(director, server, Duration.ofHours(1));
                asking.set(client);
                assertThat(client.getInputStream().read()).isEqualTo(8);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void drain_unansweredRequestAndTransfer_finish(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CountDownLatch answer = new CountDownLatch(1);
        int chunks = 40;
        TestServer.Conversation conversation = socket -> {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            if (in.read() == 'w') {
                answer.await();
                out.write('a');
            } else {
                // Longer than the idle time in all, with pauses that are shorter.
                for (int i = 0; i < chunks; i++) {
                    out.write(new byte[1000]);
                    Thread.sleep(IDLE.toMillis() / 8);
                }
            }
            in.read();
        };
        try (TestServer server = TestServer.start(conversation)) {
            Director director = Loopback.director(server.address());
            try (Relay relay = start(director, transport);
                    Socket waiting = Loopback.connect(relay);
                    Socket loading = Loopback.connect(relay)) {
                waiting.getOutputStream().write('w');
                loading.getOutputStream().write('l');
                Loopback.await("both open", () -> server.accepted.get() == 2);
                Drain drain = drain(director, server, Duration.ofHours(1));
                assertThat(loading.getInputStream().readAllBytes()).hasSize(chunks * 1000);
                assertThat(drain.progress().active())
                        .as("still waiting for the answer")
                        .isOne();
                answer.countDown();
                assertThat(waiting.getInputStream().readAllBytes()).containsExactly('a');
                awaitDrained(drain);
                assertThat(relay.snapshot().aborted()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void drain_idleServerDoesNotEndItsStream_clientSeesTheEndNevertheless(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CountDownLatch over = new CountDownLatch(1);
        try (TestServer server = TestServer.start(socket -> over.await())) {
            Director director = Loopback.director(server.address());
            try (Relay relay = start(director, transport);
                    Socket client = Loopback.connect(relay)) {
                Loopback.await("open", () -> server.accepted.get() == 1);
                Drain drain = drain(director, server, Duration.ofHours(1));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                awaitDrained(drain);
                Loopback.awaitReleased(relay, director);
            }
        } finally {
            over.countDown();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void drain_busyConnections_areResetOneAfterAnotherUntilTheDeadline(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        int count = 20;
        CountDownLatch over = new CountDownLatch(1);
        List<Socket> clients = new ArrayList<>();
        try (TestServer server = TestServer.start(socket -> over.await())) {
            Director director = Loopback.director(server.address());
            try (Relay relay = start(director, transport)) {
                List<CompletableFuture<Long>> ends = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    Socket client = Loopback.connect(relay);
                    clients.add(client);
                    client.getOutputStream().write('w');
                }
                Loopback.await("open", () -> server.accepted.get() == count);
                for (Socket client : clients) {
                    ends.add(CompletableFuture.supplyAsync(() -> resetTime(client), TestServer::start));
                }
                long begin = System.nanoTime();
                Drain drain = director.drain(
                        Loopback.SERVICE,
                        Endpoint.parse(server.address()),
                        new DrainOptions(Duration.ofSeconds(3), Duration.ofSeconds(2)));
                List<Long> millis = new ArrayList<>();
                for (CompletableFuture<Long> end : ends) {
                    millis.add(TimeUnit.NANOSECONDS.toMillis(end.get(20, TimeUnit.SECONDS) - begin));
                }
                assertThat(millis).allMatch(time -> time >= 1000);
                assertThat(millis.stream().distinct().count())
                        .as("steps of the pacing: %s", millis)
                        .isGreaterThan(5);
                awaitDrained(drain);
                assertThat(drain.progress().ended()).isEqualTo(count);
                assertThat(relay.snapshot().drainCut()).isEqualTo(count);
                Loopback.awaitReleased(relay, director);
            }
        } finally {
            over.countDown();
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static long resetTime(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        return System.nanoTime();
    }

    @Test
    void drain_idleTimeZero_idleConnectionStaysUntilItIsEnded() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .drainIdle(Duration.ZERO)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                exchange(client, 1);
                Drain drain = drain(director, server, Duration.ofMillis(1500));
                Loopback.await(
                        "the end of the waiting", () -> drain.progress().left().toMillis() < 400);
                exchange(client, 2);
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                awaitDrained(drain);
                assertThat(relay.snapshot().drainedIdle()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    void endConnections_serverInService_clientsAreReset() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = start(director, Transport.NIO);
                    Socket client = Loopback.connect(relay)) {
                exchange(client, 1);
                assertThat(director.endConnections(Loopback.SERVICE, Endpoint.parse(server.address()), Duration.ZERO))
                        .isOne();
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                try (Socket next = Loopback.connect(relay)) {
                    exchange(next, 2);
                }
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    void drain_udpDeadlineZero_flowEndsAndNextDatagramGoesToAnotherServer() throws Exception {
        try (UdpEchoServer first = new UdpEchoServer();
                UdpEchoServer second = new UdpEchoServer()) {
            Director director = Loopback.director(first.address(), second.address());
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                Endpoint used = Endpoint.parse(first.received.get() > 0 ? first.address() : second.address());
                director.drain(Loopback.SERVICE, used, DrainOptions.within(Duration.ZERO));
                Loopback.await("the flow has ended", () -> relay.snapshot().udpFlows() == 0);
                client.exchange(2);
                assertThat(first.received).hasValue(1);
                assertThat(second.received).hasValue(1);
            }
        }
    }

    @Test
    void start_drainOptionsOutOfRange_areRefusedTogether() {
        assertThatThrownBy(() -> Relay.builder(Director.create())
                        .drainIdle(Duration.ofHours(2))
                        .retryUnanswered(65_537)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("idle time of drains")
                .hasMessageContaining("bytes of an unanswered request 65537 is outside 0..65536");
    }

    // ---- the relay's own stop

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relayDrain_idleConnection_isClosedInOrderAndNotWaitedFor(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            Relay relay = start(director, transport);
            try (Socket client = Loopback.connect(relay)) {
                exchange(client, 1);
                CompletableFuture<Boolean> drained =
                        CompletableFuture.supplyAsync(() -> relay.drain(Duration.ofHours(1)), TestServer::start);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
                Loopback.assertNothingCounted(director);
            } finally {
                relay.close();
            }
        }
    }

    @Test
    void relayDrain_busyConnections_areResetOverTheLastTenthOfTheTime() throws Exception {
        int count = 20;
        CountDownLatch over = new CountDownLatch(1);
        List<Socket> clients = new ArrayList<>();
        try (TestServer server = TestServer.start(socket -> over.await())) {
            Director director = Loopback.director(server.address());
            Relay relay = start(director, Transport.NIO);
            for (int i = 0; i < count; i++) {
                Socket client = Loopback.connect(relay);
                clients.add(client);
                client.getOutputStream().write('w');
            }
            Loopback.await("open", () -> server.accepted.get() == count);
            List<CompletableFuture<Long>> ends = new ArrayList<>();
            for (Socket client : clients) {
                ends.add(CompletableFuture.supplyAsync(() -> resetTime(client), TestServer::start));
            }
            long begin = System.nanoTime();
            assertThat(relay.drain(Duration.ofSeconds(5))).isFalse();
            List<Long> millis = new ArrayList<>();
            for (CompletableFuture<Long> end : ends) {
                millis.add(TimeUnit.NANOSECONDS.toMillis(end.get(20, TimeUnit.SECONDS) - begin));
            }
            assertThat(millis).allMatch(time -> time >= 4500);
            assertThat(millis.stream().map(time -> time / 50).distinct().count())
                    .as("steps of the pacing: %s", millis)
                    .isGreaterThan(4);
            Loopback.assertNothingCounted(director);
        } finally {
            over.countDown();
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
