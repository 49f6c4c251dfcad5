package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A relay hands its listening sockets over to another one. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class HandOverTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void requireEpoll() {
        Loopback.assumeAvailable(Transport.EPOLL);
    }

    private static Director director(ServiceKey key, String server) {
        Director director = Director.create();
        director.addService(VirtualService.builder(key).scheduler("rr").build());
        director.addServer(key, RealServer.of(server));
        return director;
    }

    private static Relay.Builder epoll(Director director) {
        return Relay.builder(director).transport(Transport.EPOLL).threads(2);
    }

    /** A relay that has taken the sockets of another one, and serves the same address. */
    private Relay successor(Relay old, ServiceKey key, String server) throws IOException {
        InetSocketAddress address = old.address(key);
        ServiceKey bound = ServiceKey.of(((ServiceKey.Address) key).protocol(), Endpoint.of(address));
        try (DescriptorCopies copies = new DescriptorCopies(directory)) {
            old.handOver(copies);
            Relay.Builder builder = epoll(director(bound, server));
            copies.copies().forEach(builder::adopt);
            return builder.start();
        } finally {
            directory.resolve("copies").toFile().delete();
        }
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
        socket.connect(address, (int) Loopback.TIMEOUT.toMillis());
        return socket;
    }

    private static void exchange(Socket socket) throws IOException {
        socket.getOutputStream().write(5);
        assertThat(socket.getInputStream().read()).isEqualTo(5);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void drainHandedOver_newConnectionsAllTheTime_noneRefusedOrReset(int acceptors) throws Exception {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        try (TestServer server = TestServer.start()) {
            Relay relay =
                    epoll(director(key, server.address())).acceptors(acceptors).start();
            InetSocketAddress address = relay.address(key);
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        try (Socket socket = connect(address)) {
                            exchange(socket);
                            served.incrementAndGet();
                        } catch (IOException e) {
                            throw new AssertionError("connection " + served, e);
                        }
                    }
                }));
            }
            for (int generation = 0; generation < 8; generation++) {
                int before = served.get();
                Loopback.await("connections", () -> served.get() > before + 50 || failed(clients));
                Relay next = successor(relay, generation == 0 ? key : keyAt(address), server.address());
                assertThat(relay.drainHandedOver(Loopback.TIMEOUT, left -> {})).isTrue();
                relay = next;
            }
            over.set(true);
            for (CompletableFuture<Void> client : clients) {
                client.get(20, TimeUnit.SECONDS);
            }
            relay.close();
        }
    }

    private static boolean failed(List<CompletableFuture<Void>> clients) {
        return clients.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }

    private static ServiceKey keyAt(InetSocketAddress address) {
        return ServiceKey.of(Protocol.TCP, Endpoint.of(address));
    }

    @Test
    void drainHandedOver_openConnection_servedUntilItEnds() throws Exception {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        try (TestServer server = TestServer.start();
                Relay old = epoll(director(key, server.address())).start();
                Socket longLived = connect(old.address(key))) {
            InetSocketAddress address = old.address(key);
            exchange(longLived);
            try (Relay next = successor(old, key, server.address())) {
                CompletableFuture<Boolean> drained =
                        CompletableFuture.supplyAsync(() -> old.drainHandedOver(Loopback.TIMEOUT, left -> {}));
                Loopback.await("the old relay stops", () -> isStopping(old));
                try (Socket later = connect(address)) {
                    exchange(later);
                    exchange(longLived);
                    assertThat(next.snapshot().openConnections()).isEqualTo(1);
                    assertThat(old.snapshot().openConnections()).isEqualTo(1);
                }
                longLived.shutdownOutput();
                assertThat(longLived.getInputStream().read()).isEqualTo(-1);
                assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static boolean isStopping(Relay relay) {
        try {
            relay.refresh();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Test
    void handOver_otherProcessFails_goesOnAsBefore() throws Exception {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        try (TestServer server = TestServer.start();
                Relay old = epoll(director(key, server.address())).start()) {
            successor(old, key, server.address()).close();
            assertThatThrownBy(() -> old.handOver(descriptor -> {
                        throw new IllegalArgumentException("cannot be sent");
                    }))
                    .hasMessage("cannot be sent");
            for (int i = 0; i < 20; i++) {
                try (Socket socket = connect(old.address(key))) {
                    exchange(socket);
                }
            }
        }
    }

    @Test
    @Tag("slow")
    void drainHandedOver_udp_answersStillComeAndDrainEndsAfterThem() throws Exception {
        ServiceKey key = ServiceKey.udp("0.0.0.0:0");
        try (SilentUdpServer server = new SilentUdpServer();
                Relay old = epoll(director(key, server.address())).start()) {
            int port = old.address(key).getPort();
            try (UdpClient one = UdpClient.of(new InetSocketAddress("127.0.0.1", port));
                    UdpClient two = UdpClient.of(new InetSocketAddress("127.0.0.2", port))) {
                one.send(1);
                two.send(2);
                server.awaitReceived(2);
                try (Relay next = successor(old, key, server.address())) {
                    CompletableFuture<Boolean> drained =
                            CompletableFuture.supplyAsync(() -> old.drainHandedOver(Loopback.TIMEOUT, left -> {}));
                    Loopback.await("the old relay stops", () -> isStopping(old));
                    server.answerAll();
                    assertThat(one.receive()).containsExactly(1);
                    assertThat(two.receive()).containsExactly(2);
                    one.send(3);
                    two.send(4);
                    server.awaitReceived(4);
                    server.answerAll();
                    assertThat(one.receive()).containsExactly(3);
                    assertThat(two.receive()).containsExactly(4);
                    assertThat(next.snapshot().udpFlows()).isEqualTo(2);
                    assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
                    assertThat(old.snapshot().udpFlows()).isZero();
                }
            }
        }
    }

    @Test
    void handOver_null_refusedByName() {
        try (Relay relay = Relay.builder(Director.create()).threads(1).start()) {
            assertThatThrownBy(() -> relay.handOver(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("descriptors");
            assertThatThrownBy(() -> relay.drainHandedOver(null, left -> {}))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("deadline");
            assertThatThrownBy(() -> relay.drainHandedOver(Duration.ZERO, null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("progress");
        }
    }

    @Test
    void handOver_closed_refused() {
        Relay relay = epoll(Director.create()).start();
        relay.close();
        assertThatThrownBy(() -> relay.handOver(descriptor -> {})).isInstanceOf(IllegalStateException.class);
        assertThat(relay.drainHandedOver(Duration.ZERO, left -> {})).isTrue();
    }
}
