package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.ServerListener;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Servers that end connections before they answer. */
@ExtendWith(LeakCheck.class)
final class RetryUnansweredTest {
    private static final int LIMIT = 16 * 1024;

    /** Reads a byte, or none, and resets the connection. */
    private static TestServer.Conversation reset(boolean read) {
        return socket -> {
            if (read) {
                socket.getInputStream().read();
            }
            socket.setSoLinger(true, 0);
        };
    }

    private static Relay.Builder relay(Director director, Transport transport) {
        return Loopback.relay(director, Protocol.TCP).transport(transport).retryUnanswered(LIMIT);
    }

    private static String ask(Relay relay, String request) throws IOException {
        try (Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void server_resetsBeforeItsFirstByte_anotherGetsTheWholeRequest(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer failing = TestServer.start(reset(true));
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(failing.address(), up.address());
            try (Relay relay = relay(director, transport).start()) {
                String request = "x".repeat(10_000);
                for (int i = 0; i < 10; i++) {
                    assertThat(ask(relay, request + i)).isEqualTo(request + i);
                }
                assertThat(failing.accepted).hasPositiveValue();
                assertThat(relay.snapshot().unanswered()).isEqualTo(failing.accepted.get());
                assertThat(relay.snapshot().retries()).isEqualTo(failing.accepted.get());
                assertThat(relay.snapshot().aborted()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void server_resetsAtOnce_clientThatSendsLaterIsServedByAnother(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer failing = TestServer.start(reset(false));
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(failing.address(), up.address());
            try (Relay relay = relay(director, transport).start()) {
                for (int i = 0; i < 4; i++) {
                    int expected = up.accepted.get() + 1;
                    try (Socket client = Loopback.connect(relay)) {
                        Loopback.await("the other server", () -> up.accepted.get() == expected);
                        client.getOutputStream().write(i);
                        assertThat(client.getInputStream().read()).isEqualTo(i);
                    }
                }
                assertThat(failing.accepted).hasPositiveValue();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void server_endsItsStreamWithoutAByte_anotherAnswers(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        TestServer.Conversation close = socket -> socket.getInputStream().read();
        try (TestServer failing = TestServer.start(close);
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(failing.address(), up.address());
            try (Relay relay = relay(director, transport).start()) {
                for (int i = 0; i < 10; i++) {
                    try (Socket client = Loopback.connect(relay)) {
                        client.getOutputStream().write(i);
                        assertThat(client.getInputStream().read()).isEqualTo(i);
                        client.getOutputStream().write(i + 1);
                        assertThat(client.getInputStream().read()).isEqualTo(i + 1);
                    }
                }
                assertThat(failing.accepted).hasPositiveValue();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void client_endsItsStreamWithoutAByte_noOtherServerIsAsked(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start();
                TestServer other = TestServer.start()) {
            Director director = Loopback.director(one.address(), other.address());
            try (Relay relay = relay(director, transport).start()) {
                for (int i = 0; i < 4; i++) {
                    assertThat(ask(relay, "")).isEmpty();
                }
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().unanswered()).isZero();
                assertThat(one.accepted.get() + other.accepted.get()).isEqualTo(4);
            }
        }
    }

    @Test
    void server_failsAfterItsFirstByte_clientSeesIt() throws Exception {
        TestServer.Conversation one = socket -> {
            socket.getInputStream().read();
            socket.getOutputStream().write('1');
            socket.getInputStream().read();
            socket.setSoLinger(true, 0);
        };
        try (TestServer failing = TestServer.start(one)) {
            Director director =
                    Loopback.director(failing.address(), failing.address().replace("0.0.1:", "0.0.2:"));
            try (Relay relay = relay(director, Transport.NIO).start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write('a');
                assertThat(client.getInputStream().read()).isEqualTo('1');
                client.getOutputStream().write('b');
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(relay.snapshot().unanswered()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    void request_longerThanTheLimit_clientSeesTheFailure() throws Exception {
        TestServer.Conversation readAll = socket -> {
            socket.getInputStream().readNBytes(LIMIT + 1);
            socket.setSoLinger(true, 0);
        };
        try (TestServer failing = TestServer.start(readAll);
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(failing.address());
            try (Relay relay = relay(director, Transport.NIO).start();
                    Socket client = Loopback.connect(relay)) {
                Loopback.await("placed", () -> failing.accepted.get() == 1);
                director.addServer(Loopback.SERVICE, RealServer.of(up.address()));
                client.getOutputStream().write(new byte[LIMIT + 1]);
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(relay.snapshot().unanswered()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    void server_failsByDefault_clientSeesIt() throws Exception {
        try (TestServer failing = TestServer.start(reset(true))) {
            Director director = Loopback.director(failing.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP).start()) {
                assertThatThrownBy(() -> ask(relay, "request")).isInstanceOf(SocketException.class);
                assertThat(failing.accepted).hasValue(1);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void everyServer_fails_clientIsResetAfterTheLast(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer first = TestServer.start(reset(true));
                TestServer second = TestServer.start(reset(true))) {
            Director director = Loopback.director(first.address(), second.address());
            try (Relay relay = relay(director, transport).retries(10).start()) {
                assertThatThrownBy(() -> ask(relay, "request")).isInstanceOf(SocketException.class);
                assertThat(first.accepted.get() + second.accepted.get()).isEqualTo(2);
                assertThat(relay.snapshot().unreachable()).isOne();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    // ---- what a passive health check learns

    private static final class Reports implements ServerListener {
        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        public void failed(ServiceKey service, Endpoint server, Throwable cause) {
            all.add("failed " + service + " " + server);
            throw new IllegalStateException("of the test");
        }

        @Override
        public void answered(ServiceKey service, Endpoint server) {
            all.add("answered " + service + " " + server);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverListener_failuresAndFirstAnswers_areReportedOnceForEachConnection(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        String closed = Loopback.closedPort();
        try (TestServer failing = TestServer.start(reset(true));
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(closed, failing.address(), up.address());
            Reports reports = new Reports();
            director.addServerListener(reports);
            try (Relay relay = relay(director, transport).start()) {
                try (Socket client = Loopback.connect(relay)) {
                    for (int i = 0; i < 3; i++) {
                        client.getOutputStream().write(i);
                        assertThat(client.getInputStream().read()).isEqualTo(i);
                    }
                }
                Loopback.awaitReleased(relay, director);
                String service = " " + Loopback.SERVICE + " ";
                assertThat(reports.all)
                        .endsWith("answered" + service + up.address())
                        .isSubsetOf(
                                "failed" + service + closed,
                                "failed" + service + failing.address(),
                                "answered" + service + up.address())
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void serverListener_udpServerTakesNoDatagrams_isReported() throws Exception {
        String closed = Loopback.closedUdpPort();
        try (UdpEchoServer up = new UdpEchoServer()) {
            Director director = Loopback.director(closed, up.address());
            Reports reports = new Reports();
            director.addServerListener(reports);
            try (Relay relay = Loopback.relay(director, Protocol.UDP).start()) {
                try (UdpClient client = UdpClient.of(relay)) {
                    Loopback.await("both reports", () -> {
                        client.send(1);
                        return reports.all.size() >= 2;
                    });
                }
                assertThat(reports.all)
                        .contains(
                                "failed " + Loopback.SERVICE + " " + closed,
                                "answered " + Loopback.SERVICE + " " + up.address());
            }
        }
    }
}
