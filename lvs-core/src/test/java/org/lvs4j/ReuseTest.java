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

/** When a packet that finds its connection gets another server all the same, and when it gets none. */
class ReuseTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:80";
    private static final String NEW = "192.168.1.2:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final Flow FLOW = DirectorFixture.tcp(CLIENT, VIP);

    private final DirectorFixture rig = new DirectorFixture();

    private ServiceKey masqueraded() {
        return rig.service(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);
    }

    /** Brings the only connection into a state by the packets of the client and its server. */
    private void bring(String state) {
        switch (state) {
            case "SYN_RECV" -> rig.syn(CLIENT, VIP);
            case "ESTABLISHED" -> rig.open(CLIENT, VIP);
            case "TIME_WAIT" -> rig.close(CLIENT, VIP, rig.open(CLIENT, VIP));
            case "CLOSE" -> {
                rig.open(CLIENT, VIP);
                rig.packet(FLOW, RST);
            }
            case "CLOSE_WAIT" -> {
                rig.open(CLIENT, VIP);
                rig.packet(FLOW, FIN | ACK);
            }
            case "FIN_WAIT" -> rig.reply(Protocol.TCP, rig.open(CLIENT, VIP), CLIENT, FIN | ACK);
            default -> throw new AssertionError(state);
        }
        assertThat(rig.state()).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({
        "0, SYN_RECV, false", "0, ESTABLISHED, false", "0, TIME_WAIT, false", "0, CLOSE, false", "0, FIN_WAIT, false",
        "0, CLOSE_WAIT, false", "1, SYN_RECV, false", "1, ESTABLISHED, false", "1, TIME_WAIT, true", "1, CLOSE, true",
        "1, FIN_WAIT, false", "1, CLOSE_WAIT, false", "2, ESTABLISHED, false", "2, TIME_WAIT, true", "2, CLOSE, true",
        "2, FIN_WAIT, false", "2, CLOSE_WAIT, false",
    })
    void syn_knownConnectionMasqueraded(int mode, String state, boolean reused) {
        ServiceKey web = masqueraded();
        rig.set(Sysctl.CONN_REUSE_MODE, mode);
        bring(state);

        assertThat(rig.syn(CLIENT, VIP)).isEqualTo(reused ? OLD : NEW);
        assertThat(rig.director.service(web).traffic().connections()).isEqualTo(reused ? 2 : 1);
        rig.pass(0.02);
        assertThat(rig.connectionsOf(web, NEW)).isEqualTo(reused ? 0 : 1);
        assertThat(rig.connectionsOf(web, OLD)).isEqualTo(reused ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, false", "2, true"})
    void syn_finWaitWithoutServerPackets(int mode, boolean reused) {
        rig.direct(VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);
        rig.set(Sysctl.CONN_REUSE_MODE, mode);
        rig.syn(CLIENT, VIP);
        rig.packet(FLOW, ACK);
        rig.packet(FLOW, FIN | ACK);
        assertThat(rig.state()).isEqualTo("FIN_WAIT");

        assertThat(rig.syn(CLIENT, VIP)).isEqualTo(reused ? OLD : NEW);
    }

    @Test
    void syn_persistentConnectionInTimeWait_staysWithIt() {
        ServiceKey web = rig.service(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(60)
                        .build(),
                OLD,
                NEW);
        bring("TIME_WAIT");
        rig.syn(CLIENT, VIP);
        assertThat(rig.state()).isEqualTo("SYN_RECV");
        assertThat(rig.director.service(web).traffic().connections()).isEqualTo(1);
    }

    @Test
    void syn_reused_oldConnectionIsCountedUntilTheNextTick() {
        ServiceKey web = masqueraded();
        bring("TIME_WAIT");
        rig.syn(CLIENT, VIP);
        assertThat(rig.connectionsOf(web, NEW)).isEqualTo(1);
        assertThat(rig.connectionsOf(web, OLD)).isEqualTo(1);
        assertThat(rig.listed()).hasSize(1);
        rig.pass(0.02);
        assertThat(rig.connectionsOf(web, NEW)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void syn_weightZero_movesOnlyIfExpireNodest(int expire) {
        ServiceKey web = masqueraded();
        rig.set(Sysctl.EXPIRE_NODEST_CONN, expire);
        bring("ESTABLISHED");
        rig.weight(web, NEW, 0);

        assertThat(rig.packet(FLOW, ACK)).as("no new connection").isEqualTo(NEW);
        assertThat(rig.syn(CLIENT, VIP)).isEqualTo(expire == 1 ? OLD : NEW);
    }

    @Test
    void packet_serverRemoved_isDroppedAndDoesNotPutOffTheEnd() {
        ServiceKey web = masqueraded();
        bring("ESTABLISHED");
        rig.pass(100);
        rig.remove(web, NEW);

        assertThat(rig.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(rig.packet(FLOW, SYN)).isEqualTo("DROP");
        assertThat(DirectorFixture.seconds(rig.connection())).isEqualTo(800);
        rig.director.addServer(web, RealServer.builder(NEW).build());
        assertThat(rig.packet(FLOW, ACK)).isEqualTo(NEW);
        assertThat(DirectorFixture.seconds(rig.connection())).isEqualTo(900);
    }

    @Test
    void removeServer_expireNodest_endsItsConnectionsByItself() {
        ServiceKey web = masqueraded();
        rig.set(Sysctl.EXPIRE_NODEST_CONN, 1);
        bring("ESTABLISHED");
        rig.open("10.1.0.2:4000", VIP);
        rig.remove(web, NEW);
        rig.pass(0.02);

        assertThat(rig.listed()).extracting(ConnectionSnapshot::server).hasToString("[" + OLD + "]");
        rig.director.addServer(web, RealServer.builder(NEW).build());
        assertThat(rig.connectionsOf(web, NEW)).isZero();
    }

    @Test
    void packet_serverRemovedExpireNodest_nonSynPassesByAndSynIsScheduledAnew() {
        ServiceKey web = masqueraded();
        bring("ESTABLISHED");
        rig.remove(web, NEW);
        // Only now, so that the removal has not ended the connection by itself.
        rig.set(Sysctl.EXPIRE_NODEST_CONN, 1);

        assertThat(rig.packet(FLOW, ACK)).isEqualTo("PASS");
        assertThat(rig.listed()).isEmpty();
        assertThat(rig.syn(CLIENT, VIP)).isEqualTo(OLD);
    }

    @Test
    void removeServer_expireNodest_leavesHeldConnectionsAlone() {
        ServiceKey web = masqueraded();
        rig.set(Sysctl.EXPIRE_NODEST_CONN, 1);
        Connection connection = rig.director.open(FLOW);
        rig.director.removeServer(web, connection.server().endpoint());
        rig.pass(5);

        assertThat(connection.serverPresent()).isFalse();
        assertThat(rig.listed()).hasSize(1);
        connection.close();
        assertThat(rig.listed()).isEmpty();
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
    void firstPacket_eachKind(String name, int flags, String strict, String sloppy) {
        masqueraded();
        check(flags, strict);
        DirectorFixture other = new DirectorFixture();
        other.set(Sysctl.SLOPPY_TCP, 1);
        other.service(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD);
        checkOn(other, flags, sloppy);
    }

    private void check(int flags, String expected) {
        checkOn(rig, flags, expected);
    }

    private static void checkOn(DirectorFixture rig, int flags, String expected) {
        String answer = rig.packet(FLOW, flags);
        if (expected.equals("none")) {
            assertThat(answer).isEqualTo("PASS");
            assertThat(rig.listed()).isEmpty();
        } else {
            assertThat(answer).contains(":80");
            assertThat(rig.state() + " " + DirectorFixture.seconds(rig.connection()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void firstPacket_fromTheFtpDataPort_passesBy() {
        masqueraded();
        assertThat(rig.syn("10.1.0.1:20", VIP)).isEqualTo("PASS");
        assertThat(rig.listed()).isEmpty();
    }
}
