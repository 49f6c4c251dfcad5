package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * Every way in which a TCP connection ends, as its record and its line in JSON tell it; for a lack of ports see {@link
 * PortShortageTest}.
 */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class ConnectionEndsTest {
    private final Queue<ConnectionRecord> records = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream json = new ByteArrayOutputStream();
    private final Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    private final AccessLog log;

    ConnectionEndsTest() throws IOException {
        log = AccessLog.builder(json).format(AccessLog.Format.JSON).start();
    }

    /** Every line is that of a record. */
    @AfterEach
    void compareLines() {
        log.close();
        List<String> lines = json.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(records.size());
        int i = 0;
        for (ConnectionRecord ended : records) {
            JsonObject line = JsonParser.parseString(lines.get(i++)).getAsJsonObject();
            assertThat(line.keySet())
                    .containsExactly(
                            "time",
                            "protocol",
                            "client",
                            "address",
                            "service",
                            "server",
                            "client_bytes",
                            "server_bytes",
                            "duration",
                            "connect_time",
                            "first_byte_time",
                            "servers_tried",
                            "end");
            assertThat(Instant.parse(line.get("time").getAsString())).isEqualTo(ended.start());
            assertThat(line.get("protocol").getAsString())
                    .isEqualTo(ended.protocol().toString());
            assertText(line.get("client"), ended.client());
            assertText(line.get("address"), ended.address());
            assertText(line.get("service"), ended.service());
            assertText(line.get("server"), ended.server());
            assertThat(line.get("client_bytes").getAsLong()).isEqualTo(ended.clientBytes());
            assertThat(line.get("server_bytes").getAsLong()).isEqualTo(ended.serverBytes());
            assertSeconds(line.get("duration"), ended.duration());
            assertSeconds(line.get("connect_time"), ended.connectTime());
            assertSeconds(line.get("first_byte_time"), ended.firstByteTime());
            assertThat(line.get("servers_tried").getAsInt()).isEqualTo(ended.serversTried());
            assertThat(line.get("end").getAsString()).isEqualTo(ended.end().word());
        }
    }

    private static void assertText(JsonElement value, @Nullable Object expected) {
        assertThat(value.isJsonNull() ? null : value.getAsString())
                .isEqualTo(expected == null ? null : expected.toString());
    }

    private static void assertSeconds(JsonElement value, @Nullable Duration expected) {
        assertThat(value.isJsonNull() ? null : Math.round(value.getAsDouble() * 1e6))
                .isEqualTo(expected == null ? null : TimeUnit.NANOSECONDS.toMicros(expected.toNanos()));
    }

    private void take(ConnectionRecord ended) {
        synchronized (records) {
            records.add(ended);
            log.accept(ended);
        }
    }

    private Relay.Builder relay(Director director) {
        return Loopback.relay(director, Protocol.TCP).connectionLog(this::take);
    }

    /** The only record, of a connection that has been placed on a server. */
    private ConnectionRecord ended(End how, TestServer server) {
        ConnectionRecord ended = ended(how);
        assertThat(ended.service()).isEqualTo(Loopback.SERVICE);
        assertThat(ended.server()).isEqualTo(Endpoint.parse(server.address()));
        assertThat(ended.connectTime()).isPositive().isLessThanOrEqualTo(ended.duration());
        return ended;
    }

    private ConnectionRecord ended(End how) {
        Loopback.await("the record", () -> !records.isEmpty());
        ConnectionRecord ended = records.element();
        assertThat(records).hasSize(1);
        assertThat(ended.end()).isEqualTo(how);
        assertThat(ended.protocol()).isEqualTo(Protocol.TCP);
        assertThat(ended.start()).isBetween(before, Instant.now());
        return ended;
    }

    private static void exchange(Socket client) throws IOException {
        client.getOutputStream().write(1);
        assertThat(client.getInputStream().read()).isOne();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void closed_bothStreamsEnd_bytesAndTimesOfBoth(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
                    socket.getInputStream().readNBytes(1000);
                    socket.getOutputStream().write(new byte[5000]);
                });
                Relay relay = relay(Loopback.director(server.address()))
                        .transport(transport)
                        .start();
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(new byte[1000]);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(5000);
            ConnectionRecord ended = ended(End.CLOSED, server);
            assertThat(ended.client()).hasToString("127.0.0.1:" + client.getLocalPort());
            assertThat(ended.address()).isEqualTo(Endpoint.of(relay.address(Loopback.SERVICE)));
            assertThat(ended.clientBytes()).isEqualTo(1000);
            assertThat(ended.serverBytes()).isEqualTo(5000);
            assertThat(ended.firstByteTime()).isPositive();
            assertThat(ended.firstByteTime().plus(ended.connectTime())).isLessThanOrEqualTo(ended.duration());
            assertThat(ended.serversTried()).isOne();
        }
    }

    @Test
    void closed_serverSpeaksFirst_firstByteIsFromTheConnect() throws Exception {
        try (TestServer server = TestServer.start(socket -> {
                    Thread.sleep(100);
                    socket.getOutputStream().write(1);
                    socket.getInputStream().read();
                });
                Relay relay = relay(Loopback.director(server.address())).start();
                Socket client = Loopback.connect(relay)) {
            assertThat(client.getInputStream().read()).isOne();
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(ended(End.CLOSED, server).firstByteTime()).isGreaterThan(Duration.ofMillis(50));
        }
    }

    @Test
    void closed_firstServerRefuses_theSecondOneIsTold() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = relay(Loopback.director(Loopback.closedPort(), server.address()))
                        .start();
                Socket client = Loopback.connect(relay)) {
            exchange(client);
            client.shutdownOutput();
            client.getInputStream().readAllBytes();
            assertThat(ended(End.CLOSED, server).serversTried()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void clientReset_afterAnExchange_told(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start();
                Relay relay = relay(Loopback.director(server.address()))
                        .transport(transport)
                        .start()) {
            try (Socket client = Loopback.connect(relay)) {
                exchange(client);
                client.setSoLinger(true, 0);
            }
            assertThat(ended(End.CLIENT_RESET, server).serverBytes()).isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverReset_withoutAnAnswer_toldWithoutAFirstByte(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                });
                Relay relay = relay(Loopback.director(server.address()))
                        .transport(transport)
                        .start();
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            ConnectionRecord ended = ended(End.SERVER_RESET, server);
            assertThat(ended.firstByteTime()).isNull();
            assertThat(ended.clientBytes()).isOne();
        }
    }

    @Test
    void noServer_serviceWithoutServers_noServerIsTold() throws Exception {
        try (Relay relay = relay(Loopback.director()).start()) {
            Loopback.assertReset(relay);
            ConnectionRecord ended = ended(End.NO_SERVER);
            assertThat(ended.service()).isEqualTo(Loopback.SERVICE);
            assertThat(ended.server()).isNull();
            assertThat(ended.connectTime()).isNull();
            assertThat(ended.serversTried()).isZero();
        }
    }

    @Test
    void unidentified_clientEndsItsStream_told() throws Exception {
        ServiceKey key = ServiceKey.tcp(Loopback.closedPort());
        Director director = Loopback.director(
                VirtualService.builder(key)
                        .persistence(new Persistence(60, -1, "sip"))
                        .build(),
                Loopback.closedPort());
        try (Relay relay = Relay.builder(director).connectionLog(this::take).start();
                Socket client = new Socket("127.0.0.1", relay.address(key).getPort())) {
            client.getOutputStream().write(1);
            client.shutdownOutput();
            assertThat(ended(End.UNIDENTIFIED).service()).isEqualTo(key);
        }
    }

    @Test
    void unreachable_everyServerRefuses_theLastOneIsTold() throws Exception {
        try (Relay relay = relay(Loopback.director(Loopback.closedPort(), Loopback.closedPort()))
                .start()) {
            Loopback.assertReset(relay);
            ConnectionRecord ended = ended(End.UNREACHABLE);
            assertThat(ended.server()).isNotNull();
            assertThat(ended.serversTried()).isEqualTo(2);
            assertThat(ended.connectTime()).isNull();
        }
    }

    @Test
    void unanswered_everyServerEndsItsStream_told() throws Exception {
        TestServer.Conversation end = socket -> socket.getInputStream().read();
        try (TestServer one = TestServer.start(end);
                TestServer two = TestServer.start(end);
                Relay relay = relay(Loopback.director(one.address(), two.address()))
                        .retryUnanswered(100)
                        .start();
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            ConnectionRecord ended = ended(End.UNANSWERED);
            assertThat(ended.serversTried()).isEqualTo(2);
            assertThat(ended.clientBytes()).isEqualTo(2);
            assertThat(ended.serverBytes()).isZero();
        }
    }

    @Test
    void limit_oneConnectionTooMany_toldOfThatOne() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = relay(Loopback.director(server.address()))
                        .maxConnections(1)
                        .start();
                Socket first = Loopback.connect(relay)) {
            exchange(first);
            Loopback.assertReset(relay);
            ConnectionRecord ended = ended(End.LIMIT);
            assertThat(ended.client()).isNotNull();
            assertThat(ended.service()).isNull();
            records.clear();
            first.shutdownOutput();
            first.getInputStream().readAllBytes();
            ConnectionRecord other = ended(End.CLOSED);
            records.clear();
            records.add(ended);
            records.add(other);
        }
    }

    @Test
    void idle_nothingMoves_told() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = relay(Loopback.director(server.address()))
                        .idleTimeout(Duration.ofMillis(100))
                        .start();
                Socket client = Loopback.connect(relay)) {
            ended(End.IDLE, server);
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void expired_serverRemoved_told() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = relay(director).start();
                    Socket client = Loopback.connect(relay)) {
                exchange(client);
                director.removeServer(Loopback.SERVICE, Endpoint.parse(server.address()));
                ended(End.EXPIRED, server);
            }
        }
    }

    @Test
    void drained_idleConnection_told() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = relay(director).drainIdle(Duration.ofMillis(100)).start();
                    Socket client = Loopback.connect(relay)) {
                exchange(client);
                director.drain(
                        Loopback.SERVICE, Endpoint.parse(server.address()), DrainOptions.within(Duration.ofHours(1)));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                client.shutdownOutput();
                ended(End.DRAINED, server);
            }
        }
    }

    @Test
    void drainCut_unansweredRequestAtTheEndOfTheDrain_told() throws Exception {
        try (TestServer server =
                        TestServer.start(socket -> socket.getInputStream().readAllBytes());
                Relay relay = relay(Loopback.director(server.address())).start();
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            Loopback.await("the server", () -> server.accepted.get() == 1);
            CompletableFuture<Boolean> drain = CompletableFuture.supplyAsync(() -> relay.drain(Duration.ofSeconds(2)));
            ended(End.DRAIN_CUT, server);
            assertThat(drain.get(20, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void stopped_relayClosed_told() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = relay(Loopback.director(server.address())).start();
                Socket client = Loopback.connect(relay)) {
            exchange(client);
            relay.drain(Duration.ZERO);
            ended(End.STOPPED, server);
        }
    }

    @Test
    void error_directorFails_told() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        Director director = Director.builder()
                .ticker(() -> {
                    if (fails.get()) {
                        throw new IllegalStateException("the clock is broken");
                    }
                    return System.nanoTime();
                })
                .build();
        director.addService(VirtualService.builder(Loopback.SERVICE).build());
        try (Relay relay = relay(director).start()) {
            InetSocketAddress address = relay.address(Loopback.SERVICE);
            fails.set(true);
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                assertThat(client.isConnected()).isTrue();
                ended(End.ERROR);
            } finally {
                fails.set(false);
            }
        }
    }

    @Test
    void receiver_throws_connectionsAreServedAndEnd() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .connectionLog(ended -> {
                        throw new AssertionError("of the receiver");
                    })
                    .start()) {
                for (int i = 0; i < 3; i++) {
                    try (Socket client = Loopback.connect(relay);
                            OutputStream out = client.getOutputStream()) {
                        out.write(1);
                        assertThat(client.getInputStream().read()).isOne();
                    }
                }
                Loopback.awaitReleased(relay, director);
            }
        }
    }
}
