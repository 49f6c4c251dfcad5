package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.FIN;
import static org.lvs4j.DirectorFixture.RST;
import static org.lvs4j.DirectorFixture.SYN;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Packets of an existing connection that are scheduled again, or dropped. */
class ReuseTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:80";
    private static final String NEW = "192.168.1.2:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final Flow FLOW = DirectorFixture.tcp(CLIENT, VIP);

    private final DirectorFixture fixture = new DirectorFixture();

    private ServiceKey masqueraded() {
        return fixture.addService(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);
    }

    /** Brings the connection into a state by packets of the client and the server. */
    private void reachState(String state) {
        switch (state) {
            case "SYN_RECV" -> fixture.syn(CLIENT, VIP);
            case "ESTABLISHED" -> fixture.open(CLIENT, VIP);
            case "TIME_WAIT" -> fixture.close(CLIENT, VIP, fixture.open(CLIENT, VIP));
            case "CLOSE" -> {
                fixture.open(CLIENT, VIP);
                fixture.packet(FLOW, RST);
            }
            case "CLOSE_WAIT" -> {
                fixture.open(CLIENT, VIP);
                fixture.packet(FLOW, FIN | ACK);
            }
            case "FIN_WAIT" -> fixture.reply(Protocol.TCP, fixture.open(CLIENT, VIP), CLIENT, FIN | ACK);
            default -> throw new AssertionError(state);
        }
        assertThat(fixture.state()).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({
        "0, SYN_RECV, false", "0, ESTABLISHED, false", "0, TIME_WAIT, false", "0, CLOSE, false", "0, FIN_WAIT, false",
        "0, CLOSE_WAIT, false", "1, SYN_RECV, false", "1, ESTABLISHED, false", "1, TIME_WAIT, true", "1, CLOSE, true",
        "1, FIN_WAIT, false", "1, CLOSE_WAIT, false", "2, ESTABLISHED, false", "2, TIME_WAIT, true", "2, CLOSE, true",
        "2, FIN_WAIT, false", "2, CLOSE_WAIT, false",
    })
    void syn_establishedMasquerading_asRecorded(int mode, String state, boolean reused) {
        ServiceKey web = masqueraded();
        fixture.setSysctl(Sysctl.CONN_REUSE_MODE, mode);
        reachState(state);

        assertThat(fixture.syn(CLIENT, VIP)).isEqualTo(reused ? OLD : NEW);
        assertThat(fixture.director.service(web).traffic().connections()).isEqualTo(reused ? 2 : 1);
        fixture.advance(0.02);
        assertThat(fixture.connectionsOf(web, NEW)).isEqualTo(reused ? 0 : 1);
        assertThat(fixture.connectionsOf(web, OLD)).isEqualTo(reused ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, false", "2, true"})
    void syn_finWaitWithoutServerPackets_asRecorded(int mode, boolean reused) {
        fixture.addDirectService(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);
        fixture.setSysctl(Sysctl.CONN_REUSE_MODE, mode);
        fixture.syn(CLIENT, VIP);
        fixture.packet(FLOW, ACK);
        fixture.packet(FLOW, FIN | ACK);
        assertThat(fixture.state()).isEqualTo("FIN_WAIT");

        assertThat(fixture.syn(CLIENT, VIP)).isEqualTo(reused ? OLD : NEW);
    }

    @Test
    void syn_persistentConnectionInTimeWait_notReused() {
        ServiceKey web = fixture.addService(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                OLD,
                NEW);
        reachState("TIME_WAIT");
        fixture.syn(CLIENT, VIP);
        assertThat(fixture.state()).isEqualTo("SYN_RECV");
        assertThat(fixture.director.service(web).traffic().connections()).isEqualTo(1);
    }

    @Test
    void syn_reused_oldConnectionCountedUntilTheNextTick() {
        ServiceKey web = masqueraded();
        reachState("TIME_WAIT");
        fixture.syn(CLIENT, VIP);
        assertThat(fixture.connectionsOf(web, NEW)).isEqualTo(1);
        assertThat(fixture.connectionsOf(web, OLD)).isEqualTo(1);
        assertThat(fixture.listed()).hasSize(1);
        fixture.advance(0.02);
        assertThat(fixture.connectionsOf(web, NEW)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void syn_weightZero_rescheduledOnlyIfExpireNodest(int expire) {
        ServiceKey web = masqueraded();
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, expire);
        reachState("ESTABLISHED");
        fixture.setWeight(web, NEW, 0);

        assertThat(fixture.packet(FLOW, ACK)).as("no new connection").isEqualTo(NEW);
        assertThat(fixture.syn(CLIENT, VIP)).isEqualTo(expire == 1 ? OLD : NEW);
    }

    @Test
    void packet_serverRemoved_droppedAndTimeoutNotRestarted() {
        ServiceKey web = masqueraded();
        reachState("ESTABLISHED");
        fixture.advance(100);
        fixture.removeServer(web, NEW);

        assertThat(fixture.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(fixture.packet(FLOW, SYN)).isEqualTo("DROP");
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(800);
        fixture.director.addServer(web, RealServer.builder(NEW).build());
        assertThat(fixture.packet(FLOW, ACK)).isEqualTo(NEW);
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(900);
    }

    @Test
    void removeServer_expireNodest_connectionsExpireWithoutAPacket() {
        ServiceKey web = masqueraded();
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        reachState("ESTABLISHED");
        fixture.open("10.1.0.2:4000", VIP);
        fixture.removeServer(web, NEW);
        fixture.advance(0.02);

        assertThat(fixture.listed()).extracting(ConnectionSnapshot::server).hasToString("[" + OLD + "]");
        fixture.director.addServer(web, RealServer.builder(NEW).build());
        assertThat(fixture.connectionsOf(web, NEW)).isZero();
    }

    @Test
    void packet_serverRemovedExpireNodest_nonSynPassesAndSynRescheduled() {
        ServiceKey web = masqueraded();
        reachState("ESTABLISHED");
        fixture.removeServer(web, NEW);
        // Only now, so that the removal itself has not expired the connection.
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);

        assertThat(fixture.packet(FLOW, ACK)).isEqualTo("PASS");
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.syn(CLIENT, VIP)).isEqualTo(OLD);
    }

    @Test
    void removeServer_expireNodest_openConnectionsExpire() {
        ServiceKey web = masqueraded();
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        Connection connection = fixture.director.open(FLOW);
        assertThat(connection.expired()).isFalse();
        fixture.director.removeServer(web, connection.server().endpoint());
        fixture.advance(0.1);

        assertThat(connection.serverPresent()).isFalse();
        assertThat(connection.expired()).isTrue();
        assertThat(fixture.listed()).isEmpty();
        connection.close();
        assertThat(fixture.listed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "SYN, 2, SYN_RECV 60, SYN_RECV 60",
        "SYN+ACK, 18, SYN_RECV 60, SYN_RECV 60",
        "ACK, 16, none, ESTABLISHED 900",
        "FIN+ACK, 17, none, CLOSE 10",
        "RST, 4, none, none",
        "RST+ACK, 20, none, none",
        "SYN+RST, 6, none, none",
        "nothing, 0, none, CLOSE 10",
    })
    void packet_noConnection_eachKindAsRecorded(String name, int flags, String strict, String sloppy) {
        masqueraded();
        assertOutcome(flags, strict);
        DirectorFixture other = new DirectorFixture();
        other.setSysctl(Sysctl.SLOPPY_TCP, 1);
        other.addService(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD);
        assertOutcome(other, flags, sloppy);
    }

    private void assertOutcome(int flags, String expected) {
        assertOutcome(fixture, flags, expected);
    }

    private static void assertOutcome(DirectorFixture fixture, int flags, String expected) {
        String answer = fixture.packet(FLOW, flags);
        if (expected.equals("none")) {
            assertThat(answer).isEqualTo("PASS");
            assertThat(fixture.listed()).isEmpty();
        } else {
            assertThat(answer).contains(":80");
            assertThat(fixture.state() + " " + DirectorFixture.seconds(fixture.connection()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void packet_fromTheFtpDataPort_passes() {
        masqueraded();
        assertThat(fixture.syn("10.1.0.1:20", VIP)).isEqualTo("PASS");
        assertThat(fixture.listed()).isEmpty();
    }
}
