package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** States, timeouts and counts of connections as measured on a kernel. */
class ConnectionStatesTest {
    private static final Endpoint CLIENT = Endpoint.parse("10.1.0.1:4000");
    private static final Endpoint VIRTUAL = Endpoint.parse("10.0.0.100:80");
    private static final Endpoint SERVER = Endpoint.parse("192.168.1.1:80");

    /** Packets that lead to each state of the tables; for each kind of forwarding only where they differ. */
    private static final Map<String, List<String>> PATHS = Map.of(
            "(none)", List.of(),
            "SYN_RECV", List.of("c:SYN"),
            "ESTABLISHED", List.of("c:SYN", "c:ACK"),
            "TIME_WAIT", List.of("c:SYN", "c:FIN+ACK"),
            "nat CLOSE", List.of("c:SYN", "s:RST"),
            "direct CLOSE", List.of("c:SYN", "c:ACK", "c:RST"),
            "CLOSE_WAIT", List.of("c:SYN", "c:ACK", "c:FIN+ACK"),
            "nat FIN_WAIT", List.of("c:SYN", "c:ACK", "s:FIN+ACK"),
            "direct FIN_WAIT", List.of("c:SYN", "c:ACK", "c:FIN+ACK"),
            "SYN_SENT", List.of("c:SYN", "c:FIN+ACK", "s:SYN"));

    private long nowNanos = 1_000;
    private final Director director = Director.builder().ticker(() -> nowNanos).build();

    private void serve(Protocol protocol, Forwarding forwarding) {
        ServiceKey key = ServiceKey.of(protocol, VIRTUAL);
        director.addService(VirtualService.builder(key).scheduler("rr").build());
        director.addServer(
                key, RealServer.builder(SERVER).forwarding(forwarding).build());
    }

    private Verdict send(String segment) {
        int flags = 0;
        for (String flag : segment.substring(2).split("\\+")) {
            flags |= switch (flag) {
                case "FIN" -> 1;
                case "SYN" -> 2;
                case "RST" -> 4;
                case "ACK" -> 16;
                default -> throw new IllegalArgumentException(segment);
            };
        }
        if (segment.startsWith("c:")) {
            return Decision.verdict(director.flows().dispatch(Flow.of(Protocol.TCP, CLIENT, VIRTUAL), flags, 40));
        }
        return director.flows().dispatchReply(Flow.of(Protocol.TCP, SERVER, CLIENT), flags, 40)
                ? Verdict.FORWARD
                : Verdict.PASS;
    }

    private ConnectionSnapshot connection() {
        assertThat(director.connections()).hasSize(1);
        return director.connections().get(0);
    }

    private void assertConnection(String state, long seconds) {
        assertThat(connection().state().label()).isEqualTo(state);
        assertThat(Duration.ofNanos(connection().expiresInNanos())).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/golden/tcp-states.csv", useHeadersInDisplayName = true)
    void tcpSegment_everyState_nextStateOfTheKernel(
            String path, String state, String segment, String next, int seconds, String counted) {
        // Otherwise a SYN on a finished connection is not a transition but a new connection.
        director.setSysctl(Sysctl.CONN_REUSE_MODE, 0);
        serve(Protocol.TCP, path.equals("nat") ? Forwarding.masquerade() : Forwarding.direct());
        List<String> segments = PATHS.getOrDefault(state, PATHS.get(path + " " + state));
        segments.forEach(sent -> assertThat(send(sent)).isEqualTo(Verdict.FORWARD));
        if (!segments.isEmpty()) {
            assertThat(connection().state().label()).isEqualTo(state);
        }
        nowNanos += Duration.ofSeconds(1).toNanos();

        assertThat(send(segment)).isEqualTo(Verdict.FORWARD);

        assertConnection(next, seconds);
        ServerSnapshot server = director.services().get(0).servers().get(0);
        assertThat(server.active()).isEqualTo(counted.equals("active") ? 1 : 0);
        assertThat(server.inactive()).isEqualTo(counted.equals("active") ? 0 : 1);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/golden/tcp-states.csv", useHeadersInDisplayName = true)
    void tcpConnection_idleForItsTimeout_expired(
            String path, String state, String segment, String next, int seconds, String counted) {
        director.setSysctl(Sysctl.CONN_REUSE_MODE, 0);
        serve(Protocol.TCP, path.equals("nat") ? Forwarding.masquerade() : Forwarding.direct());
        PATHS.getOrDefault(state, PATHS.get(path + " " + state)).forEach(this::send);
        send(segment);

        nowNanos += Duration.ofSeconds(seconds).minusMillis(1).toNanos();
        assertThat(director.connections()).hasSize(1);
        nowNanos += Duration.ofMillis(20).toNanos();
        assertThat(director.connections()).isEmpty();
        ServerSnapshot server = director.services().get(0).servers().get(0);
        assertThat(server.active() + server.inactive()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, c:SYN,     SYN_RECV,    60",
        "0, c:SYN+ACK, SYN_RECV,    60",
        "0, c:ACK,     ,            0",
        "0, c:FIN+ACK, ,            0",
        "0, c:RST,     ,            0",
        "0, c:RST+ACK, ,            0",
        "1, c:SYN,     SYN_RECV,    60",
        "1, c:SYN+ACK, SYN_RECV,    60",
        "1, c:ACK,     ESTABLISHED, 900",
        "1, c:FIN+ACK, CLOSE,       10",
        "1, c:RST,     ,            0",
        "1, c:RST+ACK, ,            0",
    })
    void tcpSegment_noConnection_opensOneOrPasses(int sloppy, String segment, String state, int seconds) {
        director.setSysctl(Sysctl.SLOPPY_TCP, sloppy);
        serve(Protocol.TCP, Forwarding.masquerade());

        Verdict verdict = send(segment);

        if (state == null) {
            assertThat(verdict).isEqualTo(Verdict.PASS);
            assertThat(director.connections()).isEmpty();
        } else {
            assertThat(verdict).isEqualTo(Verdict.FORWARD);
            assertConnection(state, seconds);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "c:SYN, SYN_RECV, 60",
        "c:SYN s:SYN+ACK, SYNACK, 120",
        "c:SYN s:SYN+ACK c:ACK, SYNACK, 120",
        "c:SYN s:SYN+ACK c:ACK c:FIN+ACK, SYNACK, 120",
        "c:SYN s:SYN+ACK c:ACK c:RST, CLOSE, 10",
    })
    void tcpSegments_secureTcp_stricterTable(String segments, String state, int seconds) {
        director.setSysctl(Sysctl.SECURE_TCP, 3);
        serve(Protocol.TCP, Forwarding.masquerade());

        for (String segment : segments.split(" ")) {
            send(segment);
        }

        assertConnection(state, seconds);
    }

    @Test
    void datagram_eitherDirection_timeoutRestarted() {
        serve(Protocol.UDP, Forwarding.masquerade());
        director.flows().dispatch(Flow.of(Protocol.UDP, CLIENT, VIRTUAL), 0, 33);
        assertConnection("UDP", 300);
        assertThat(director.services().get(0).servers().get(0).inactive()).isEqualTo(1);

        nowNanos += Duration.ofSeconds(200).toNanos();
        assertConnection("UDP", 100);
        assertThat(director.flows().dispatchReply(Flow.of(Protocol.UDP, SERVER, CLIENT), 0, 33))
                .isTrue();
        assertConnection("UDP", 300);
        nowNanos += Duration.ofSeconds(301).toNanos();
        assertThat(director.connections()).isEmpty();
    }

    @Test
    void setTimeouts_zero_unchanged() {
        director.setTimeouts(new TimeoutSettings(10, 0, 30));
        director.setTimeouts(new TimeoutSettings(0, 20, 0));

        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(10, 20, 30));
    }

    @Test
    void setTimeouts_eachState_appliedWithTheNextPacket() {
        serve(Protocol.TCP, Forwarding.masquerade());
        send("c:SYN");
        send("c:ACK");
        director.setTimeouts(new TimeoutSettings(10, 20, 30));
        assertConnection("ESTABLISHED", 900);
        send("c:ACK");
        assertConnection("ESTABLISHED", 10);
        send("s:FIN+ACK");
        assertConnection("FIN_WAIT", 20);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 0", "0, -1, 0", "0, 0, -1", "2678401, 0, 0", "0, 0, 2147483647"})
    void setTimeouts_outOfRange_refusedAndNothingChanged(int tcp, int tcpFin, int udp) {
        TimeoutSettings before = director.timeouts();
        assertThat(before).isEqualTo(new TimeoutSettings(900, 120, 300));

        assertThat(catchThrowable(() -> director.setTimeouts(new TimeoutSettings(tcp, tcpFin, udp))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0..2678400");
        assertThat(director.timeouts()).isEqualTo(before);
    }
}
