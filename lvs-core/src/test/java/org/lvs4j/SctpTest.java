package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** SCTP associations through a director. */
class SctpTest {
    private static final String VIP = "10.0.0.100:2905";
    private static final String SERVER = "192.168.1.1:2905";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final int DATA = 0;
    private static final int INIT = 1;
    private static final int INIT_ACK = 2;
    private static final int ABORT = 6;
    private static final int SHUTDOWN = 7;
    private static final int SHUTDOWN_ACK = 8;
    private static final int COOKIE_ECHO = 10;
    private static final int COOKIE_ACK = 11;
    private static final int SHUTDOWN_COMPLETE = 14;

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey key = ServiceKey.of(Protocol.SCTP, Endpoint.parse(VIP));
    private final Flow flow = DirectorFixture.flow(Protocol.SCTP, CLIENT, VIP);

    private void serve(Forwarding forwarding) {
        fixture.director.addService(VirtualService.builder(key).scheduler("rr").build());
        fixture.director.addServer(
                key, RealServer.builder(SERVER).forwarding(forwarding).build());
    }

    private void fromClient(int chunk, String state, int seconds) {
        assertThat(fixture.packet(flow, chunk)).isEqualTo(SERVER);
        assertState(state, seconds);
    }

    private void fromServer(int chunk, String state, int seconds) {
        assertThat(fixture.reply(Protocol.SCTP, SERVER, CLIENT, chunk)).isTrue();
        assertState(state, seconds);
    }

    private void assertState(String state, int seconds) {
        assertThat(fixture.state()).isEqualTo(state);
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(seconds);
        boolean active = state.equals("ESTABLISHED");
        assertThat(fixture.server(key, SERVER).active()).as(state).isEqualTo(active ? 1 : 0);
        assertThat(fixture.server(key, SERVER).inactive()).as(state).isEqualTo(active ? 0 : 1);
    }

    @Test
    void association_masqueraded_statesAsRecorded() {
        serve(Forwarding.masquerade());
        fromClient(INIT, "INIT1", 4);
        fromServer(INIT_ACK, "C-SENT", 61);
        fromClient(COOKIE_ECHO, "C-REPLIED", 61);
        fromServer(COOKIE_ACK, "ESTABLISHED", 900);
        fromClient(DATA, "ESTABLISHED", 900);
        fromClient(SHUTDOWN, "S-RECEIVED", 61);
        fromServer(SHUTDOWN_ACK, "S-ACK-SENT", 61);
        fromClient(SHUTDOWN_COMPLETE, "CLOSED", 61);
        fixture.advance(61.1);
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.connectionsOf(key, SERVER)).isZero();
    }

    @Test
    void association_onlyTheClientSeen_statesOfInputOnly() {
        serve(Forwarding.direct());
        fromClient(INIT, "INIT1", 4);
        fromClient(COOKIE_ECHO, "ESTABLISHED", 900);
        fromClient(SHUTDOWN_ACK, "CLOSED", 61);
    }

    @Test
    void init_unanswered_expiresAfterFourSeconds() {
        serve(Forwarding.masquerade());
        fromClient(INIT, "INIT1", 4);
        fixture.advance(3.9);
        assertThat(fixture.listed()).hasSize(1);
        fixture.advance(0.2);
        assertThat(fixture.listed()).isEmpty();
    }

    @Test
    void abort_established_closes() {
        serve(Forwarding.masquerade());
        fixture.packet(flow, INIT);
        fromServer(COOKIE_ACK, "ESTABLISHED", 900);
        fromClient(ABORT, "CLOSED", 61);
    }

    @Test
    void packet_initOnAClosedAssociation_rescheduled() {
        serve(Forwarding.masquerade());
        fixture.packet(flow, INIT);
        fromClient(ABORT, "CLOSED", 61);
        fixture.packet(flow, INIT);
        fixture.advance(0.02);
        assertState("INIT1", 3);
        assertThat(fixture.director.service(key).traffic().connections()).isEqualTo(2);
    }

    @Test
    void packet_initOnALiveAssociation_sameServer() {
        serve(Forwarding.masquerade());
        fixture.packet(flow, INIT);
        fromClient(INIT, "INIT", 61);
        assertThat(fixture.director.service(key).traffic().connections()).isEqualTo(1);
    }

    @Test
    void packet_initOnAClosedAssociationReuseOff_sameServer() {
        serve(Forwarding.masquerade());
        fixture.setSysctl(Sysctl.CONN_REUSE_MODE, 0);
        fixture.packet(flow, INIT);
        fromClient(ABORT, "CLOSED", 61);
        fromClient(INIT, "INIT", 61);
        assertThat(fixture.director.service(key).traffic().connections()).isEqualTo(1);
    }

    @Test
    void packet_firstIsNotInit_associationOnlyIfSloppyAndNotAbort() {
        serve(Forwarding.masquerade());
        for (int chunk = 0; chunk < 256; chunk++) {
            if (chunk != INIT) {
                assertThat(fixture.packet(flow, chunk)).as("chunk %d", chunk).isEqualTo("PASS");
            }
        }
        fixture.setSysctl(Sysctl.SLOPPY_SCTP, 1);
        assertThat(fixture.packet(flow, ABORT)).isEqualTo("PASS");
        assertThat(fixture.listed()).isEmpty();
        fromClient(DATA, "ESTABLISHED", 900);
    }

    @Test
    void packet_sloppyFirstChunk_statesOfTheFirstColumn() {
        String[] expected = {
            "0 ESTABLISHED",
            "2 C-WAIT",
            "7 S-RECEIVED",
            "8 CLOSED",
            "9 CLOSED",
            "10 C-REPLIED",
            "11 ESTABLISHED",
            "14 CLOSED"
        };
        for (String row : expected) {
            String[] words = row.split(" ");
            DirectorFixture one = new DirectorFixture();
            one.setSysctl(Sysctl.SLOPPY_SCTP, 1);
            one.addService(VirtualService.builder(key).build(), SERVER);
            assertThat(one.packet(flow, Integer.parseInt(words[0]))).isEqualTo(SERVER);
            assertThat(one.state()).as(row).isEqualTo(words[1]);
        }
    }
}
