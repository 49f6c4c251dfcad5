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

/** Answers that a director sees although their servers are reached by direct routing. */
class DirectReplyTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";

    private final DirectorFixture rig = new DirectorFixture();
    private final ServiceKey web = rig.direct(
            VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), SERVER);

    @Test
    void reply_asTheVirtualEndpoint_isFollowedAndCounted() {
        rig.syn(CLIENT, VIP);
        assertThat(rig.reply(Protocol.TCP, VIP, CLIENT, SYN | ACK)).isTrue();
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        assertThat(rig.state()).isEqualTo("ESTABLISHED");
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), FIN | ACK);
        assertThat(rig.state())
                .as("both ways are seen, so the server has yet to finish")
                .isEqualTo("CLOSE_WAIT");
        assertThat(rig.server(web, SERVER).traffic()).isEqualTo(new Traffic(1, 3, 1, 300, 100));
    }

    @Test
    void reply_asTheVirtualEndpoint_endsReuseOfFinWait() {
        rig.set(Sysctl.CONN_REUSE_MODE, 2);
        rig.open(CLIENT, VIP);
        rig.reply(Protocol.TCP, VIP, CLIENT, FIN | ACK);
        assertThat(rig.state()).isEqualTo("FIN_WAIT");
        rig.syn(CLIENT, VIP);
        assertThat(rig.server(web, SERVER).traffic().connections()).isEqualTo(1);
    }

    @Test
    void reply_asTheServersOwnEndpoint_belongsToNoConnection() {
        rig.syn(CLIENT, VIP);
        assertThat(rig.reply(Protocol.TCP, SERVER, CLIENT, SYN | ACK)).isFalse();
        assertThat(rig.reply(Protocol.TCP, VIP, "10.1.0.2:4000", SYN | ACK)).isFalse();
    }

    @Test
    void reply_asTheVirtualEndpointOfAMasqueradedServer_belongsToNoConnection() {
        String other = "10.0.0.100:81";
        rig.service(VirtualService.builder(ServiceKey.tcp(other)).build(), "192.168.1.1:81");
        rig.syn(CLIENT, other);
        assertThat(rig.reply(Protocol.TCP, other, CLIENT, SYN | ACK)).isFalse();
    }

    @Test
    void reply_asTheVirtualEndpointOfAHeldConnection_belongsToNoConnection() {
        Connection held = rig.director.open(DirectorFixture.tcp(CLIENT, VIP));
        assertThat(rig.reply(Protocol.TCP, VIP, CLIENT, ACK)).isFalse();
        held.close();
    }
}
