package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Every way in which a UDP flow ends, as its record tells it. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class FlowEndsTest {
    private final Queue<ConnectionRecord> records = new ConcurrentLinkedQueue<>();

    private Relay.Builder relay(Director director) {
        return Loopback.relay(director, Protocol.UDP).connectionLog(records::add);
    }

    private ConnectionRecord ended(End how) {
        Loopback.await("the record", () -> !records.isEmpty());
        ConnectionRecord ended = records.remove();
        assertThat(records).isEmpty();
        assertThat(ended.end()).isEqualTo(how);
        assertThat(ended.protocol()).isEqualTo(Protocol.UDP);
        assertThat(ended.service()).isEqualTo(Loopback.SERVICE);
        assertThat(ended.connectTime()).isNull();
        return ended;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idle_flowAndReplyPath_bytesOfBothSides(boolean onePacket) throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(
                    VirtualService.builder(Loopback.SERVICE)
                            .scheduler("rr")
                            .onePacket(onePacket)
                            .build(),
                    server.address());
            director.setTimeouts(new TimeoutSettings(900, 120, 1));
            try (Relay relay = relay(director).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.sendZeros(100);
                assertThat(client.receive()).hasSize(100);
                ConnectionRecord ended = ended(End.IDLE);
                assertThat(ended.server()).hasToString(server.address());
                assertThat(ended.address()).isEqualTo(Endpoint.of(relay.address(Loopback.SERVICE)));
                assertThat(ended.clientBytes()).isEqualTo(100);
                assertThat(ended.serverBytes()).isEqualTo(100);
                assertThat(ended.firstByteTime()).isPositive().isLessThan(ended.duration());
                assertThat(ended.serversTried()).isOne();
            }
        }
    }

    @Test
    void expired_serverRemoved_told() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer()) {
            Director director = Loopback.director(server.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = relay(director).start();
                    UdpClient client = UdpClient.of(relay)) {
                client.exchange(1);
                director.removeServer(Loopback.SERVICE, Endpoint.parse(server.address()));
                ended(End.EXPIRED);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void unreachable_noServerAtThePort_toldWithoutAFirstByte(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (Relay relay = relay(Loopback.director(Loopback.closedUdpPort()))
                        .transport(transport)
                        .start();
                UdpClient client = UdpClient.of(relay)) {
            client.send(1);
            assertThat(ended(End.UNREACHABLE).firstByteTime()).isNull();
        }
    }

    @Test
    void local_addressThatThisHostForbids_told() throws Exception {
        try (Relay relay = relay(Loopback.director("255.255.255.255:9")).start();
                UdpClient client = UdpClient.of(relay)) {
            client.send(1);
            assertThat(ended(End.LOCAL).server()).hasToString("255.255.255.255:9");
        }
    }

    @Test
    void stopped_relayClosed_told() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer();
                Relay relay = relay(Loopback.director(server.address())).start();
                UdpClient client = UdpClient.of(relay)) {
            client.exchange(1);
            relay.drain(Duration.ZERO);
            assertThat(ended(End.STOPPED).serverBytes()).isOne();
        }
    }
}
