package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.FIN;
import static org.lvs4j.DirectorFixture.SYN;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Traffic;

/** Replies of directly routed servers that nevertheless pass through the director. */
class DirectReplyTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey web = fixture.addDirectService(
            VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), SERVER);

    @Test
    void reply_fromTheVirtualEndpoint_followedAndCounted() {
        fixture.syn(CLIENT, VIP);
        assertThat(fixture.reply(Protocol.TCP, VIP, CLIENT, SYN | ACK)).isTrue();
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        assertThat(fixture.state()).isEqualTo("ESTABLISHED");
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), FIN | ACK);
        assertThat(fixture.state())
                .as("both directions are seen, and the server has not finished")
                .isEqualTo("CLOSE_WAIT");
        assertThat(fixture.server(web, SERVER).traffic()).isEqualTo(new Traffic(1, 3, 1, 300, 100));
    }

    @Test
    void reply_fromTheVirtualEndpoint_finWaitNotReused() {
        fixture.setSysctl(Sysctl.CONN_REUSE_MODE, 2);
        fixture.open(CLIENT, VIP);
        fixture.reply(Protocol.TCP, VIP, CLIENT, FIN | ACK);
        assertThat(fixture.state()).isEqualTo("FIN_WAIT");
        fixture.syn(CLIENT, VIP);
        assertThat(fixture.server(web, SERVER).traffic().connections()).isEqualTo(1);
    }

    @Test
    void reply_directServersOwnEndpoint_noConnection() {
        fixture.syn(CLIENT, VIP);
        assertThat(fixture.reply(Protocol.TCP, SERVER, CLIENT, SYN | ACK)).isFalse();
        assertThat(fixture.reply(Protocol.TCP, VIP, "10.1.0.2:4000", SYN | ACK)).isFalse();
    }

    @Test
    void reply_virtualEndpointOfMasqueradedServer_noConnection() {
        String other = "10.0.0.100:81";
        fixture.addService(VirtualService.builder(ServiceKey.tcp(other)).build(), "192.168.1.1:81");
        fixture.syn(CLIENT, other);
        assertThat(fixture.reply(Protocol.TCP, other, CLIENT, SYN | ACK)).isFalse();
    }

    @Test
    void reply_virtualEndpointOfOpenConnection_noConnection() {
        Connection held = fixture.director.open(DirectorFixture.tcp(CLIENT, VIP));
        assertThat(fixture.reply(Protocol.TCP, VIP, CLIENT, ACK)).isFalse();
        held.close();
    }
}
