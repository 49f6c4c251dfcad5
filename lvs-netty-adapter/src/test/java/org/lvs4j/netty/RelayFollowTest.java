package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The relay follows its director by itself, tries again what has failed, and prepares changes. */
@ExtendWith(LeakCheck.class)
final class RelayFollowTest {
    private final Director director = Director.create();

    private Relay relay() {
        return Relay.builder(director).threads(1).start();
    }

    private static boolean listens(Relay relay, ServiceKey key) {
        try {
            return relay.address(key).getPort() != 0;
        } catch (NoSuchElementException e) {
            return false;
        }
    }

    private static boolean refuses(InetSocketAddress address) {
        try {
            new Socket(address.getAddress(), address.getPort()).close();
            return false;
        } catch (Exception e) {
            return e instanceof ConnectException;
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void addService_whileRunning_servedWithoutRefreshUntilItIsRemoved(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (AnswerServer server = new AnswerServer("127.0.0.1", 3);
                Relay relay = Relay.builder(director)
                        .threads(1)
                        .transport(transport)
                        .listen(Protocol.TCP, Endpoint.parse("127.0.0.1:0"), 5)
                        .start()) {
            ServiceKey plain = ServiceKey.tcp("127.0.0.1:0");
            ServiceKey mark = ServiceKey.mark(5);
            director.addService(VirtualService.of(plain), RealServer.of(server.tcp()));
            director.addService(VirtualService.of(mark), RealServer.of(server.tcp()));

            Loopback.await("bound", () -> listens(relay, plain));
            InetSocketAddress address = relay.address(plain);
            assertThat(AnswerServer.ask("127.0.0.1", address.getPort())).isEqualTo(3);
            assertThat(AnswerServer.ask("127.0.0.1", relay.address(mark).getPort()))
                    .isEqualTo(3);
            assertThat(address).isNotEqualTo(relay.address(mark));
            assertThat(relay.problems()).isEmpty();

            director.removeService(plain);
            Loopback.await("unbound", () -> refuses(address));
        }
    }

    @Test
    void namedServices_besideOneWithAnAddress_areNotListenedFor() {
        ServiceKey before = ServiceKey.named("before");
        ServiceKey after = ServiceKey.named("after");
        ServiceKey web = ServiceKey.tcp("127.0.0.1:0");
        director.addService(VirtualService.of(before));
        try (Relay relay = relay()) {
            director.addService(VirtualService.of(after));
            relay.refresh();
            director.addService(VirtualService.of(web));

            Loopback.await("bound", () -> listens(relay, web));
            assertThat(relay.problems()).isEmpty();
            for (ServiceKey named : List.of(before, after)) {
                assertThatThrownBy(() -> relay.address(named))
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessage(
                                named + ": the relay does not listen for this service: it has a name, and no address to"
                                        + " listen at");
            }
            assertThatThrownBy(() -> relay.address(ServiceKey.tcp("127.0.0.1:1")))
                    .hasMessageEndingWith("the director does not have it");
        }
    }

    @Test
    void addService_everyPortWithGivenAddress_servedWithoutRefresh() throws Exception {
        try (TestServer server = TestServer.startAt("127.0.0.2")) {
            int port = Endpoint.parse(server.address()).port();
            try (Relay relay = Relay.builder(director)
                    .threads(1)
                    .listen(Protocol.TCP, Endpoint.parse("127.0.0.1:" + port), 0)
                    .start()) {
                director.addService(
                        VirtualService.builder(ServiceKey.tcp("127.0.0.1:0"))
                                .persistent(60)
                                .build(),
                        RealServer.of("127.0.0.2:0"));
                try (Socket client = new Socket("127.0.0.1", port)) {
                    client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
                    client.getOutputStream().write(9);
                    assertThat(client.getInputStream().read()).isEqualTo(9);
                }
                assertThat(relay.problems()).isEmpty();
            }
        }
    }

    @Test
    void editService_portZeroBecomesEveryPort_freePortIsUnbound() {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        director.addService(VirtualService.of(key));
        try (Relay relay = relay()) {
            InetSocketAddress address = relay.address(key);
            director.editService(VirtualService.builder(key).persistent(60).build());
            assertThatThrownBy(relay::refresh).hasMessageContaining("port 0 stands for every port");
            Loopback.await("unbound", () -> refuses(address));

            director.editService(VirtualService.of(key));
            relay.refresh();
            assertThat(refuses(relay.address(key))).isFalse();
        }
    }

    @Test
    void addService_relayIsBusy_doesNotWaitForSockets() throws Exception {
        try (Relay relay = relay()) {
            CountDownLatch held = new CountDownLatch(1);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
                synchronized (relay) {
                    held.countDown();
                    // While the relay is busy, a change of the director returns.
                    director.addService(VirtualService.of(ServiceKey.tcp("127.0.0.1:0")));
                }
            });
            held.await();
            other.get(20, TimeUnit.SECONDS);
            relay.refresh();
            assertThat(listens(relay, ServiceKey.tcp("127.0.0.1:0"))).isTrue();
        }
    }

    @Test
    @Tag("slow")
    void problem_addressFreeAgain_boundByItself() throws Exception {
        try (Relay relay = relay()) {
            ServiceKey key;
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                key = ServiceKey.tcp("127.0.0.1:" + other.getLocalPort());
                director.addService(VirtualService.of(key));
                Loopback.await("reported", () -> !relay.problems().isEmpty());
                assertThat(relay.problems())
                        .singleElement()
                        .asString()
                        .isEqualTo("cannot listen at " + key + ": Address already in use");
            }
            Loopback.await("bound", () -> listens(relay, key));
            Loopback.await("no problem", () -> relay.problems().isEmpty());
        }
    }

    @Test
    void problem_serviceRemoved_forgotten() {
        try (Relay relay = relay()) {
            ServiceKey key = ServiceKey.tcp("192.0.2.1:80");
            director.addService(VirtualService.of(key));
            assertThatThrownBy(relay::refresh).hasMessageContaining("add it to an interface first");

            director.removeService(key);
            relay.refresh();

            assertThat(relay.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void prepare_oneCannotBeBound_noneIsAndTheReasonIsNamed(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (Relay relay =
                Relay.builder(director).threads(1).transport(transport).start()) {
            ServiceKey good = ServiceKey.tcp(Loopback.closedPort());

            RelayException refused = catchThrowableOfType(
                    RelayException.class,
                    () -> relay.prepare(
                            List.of(VirtualService.of(good), VirtualService.of(ServiceKey.tcp("192.0.2.1:80")))));

            assertThat(refused.problems()).singleElement().asString().contains("192.0.2.1:80");
            assertThat(listens(relay, good)).isFalse();
            assertThat(relay.problems()).isEmpty();
            Loopback.await(
                    "closed",
                    () -> refuses(((ServiceKey.Address) good).endpoint().toSocketAddress()));
        }
    }

    @Test
    void prepare_notAddedAfterAll_unboundByRefresh() throws Exception {
        try (Relay relay = relay()) {
            VirtualService added = VirtualService.of(ServiceKey.tcp(Loopback.closedPort()));
            VirtualService dropped = VirtualService.of(ServiceKey.tcp(Loopback.closedPort()));
            relay.prepare(List.of(added, dropped));
            assertThat(listens(relay, dropped.key())).isTrue();
            director.addService(added);
            // Another change does not release what is prepared.
            director.addService(VirtualService.of(ServiceKey.tcp("127.0.0.1:0")));
            Loopback.await("followed", () -> listens(relay, ServiceKey.tcp("127.0.0.1:0")));
            assertThat(listens(relay, dropped.key())).isTrue();

            relay.refresh();

            assertThat(listens(relay, added.key())).isTrue();
            assertThat(listens(relay, dropped.key())).isFalse();
        }
    }

    @Test
    void prepare_afterClose_illegalState() {
        Relay relay = relay();
        relay.close();
        assertThatThrownBy(() -> relay.prepare(List.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void close_followingThread_ends() {
        Relay relay = relay();
        relay.close();
        director.addService(VirtualService.of(ServiceKey.tcp("127.0.0.1:0")));
        Loopback.await(
                "no thread of this relay is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("lvs-relay-listen")));
    }
}
