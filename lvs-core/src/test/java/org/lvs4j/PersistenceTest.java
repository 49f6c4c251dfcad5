package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.RST;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** What keeps a client on its server, for how long, and what ends it. */
class PersistenceTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:80";
    private static final String NEW = "192.168.1.2:80";

    private final DirectorFixture rig = new DirectorFixture();
    private final ServiceKey web = rig.service(
            VirtualService.builder(ServiceKey.tcp(VIP))
                    .scheduler("rr")
                    .persistent(300)
                    .build(),
            OLD,
            NEW);

    @Test
    void packet_secondConnectionOfAClient_reachesTheSameServer() {
        String first = rig.open("10.1.0.1:4000", VIP);
        String other = rig.open("10.1.0.2:4000", VIP);

        assertThat(rig.open("10.1.0.1:4001", VIP)).isEqualTo(first);
        assertThat(rig.open("10.1.0.1:4002", VIP)).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(rig.server(web, first).persistent()).isEqualTo(1);
        assertThat(rig.server(web, first).active()).isEqualTo(3);
    }

    @Test
    void packet_ofAnExistingConnection_doesNotRenewTheTemplate() {
        rig.open("10.1.0.1:4000", VIP);
        rig.pass(100);
        rig.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), ACK);

        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(200);
    }

    @Test
    void packet_ofANewConnection_renewsTheTemplate() {
        rig.open("10.1.0.1:4000", VIP);
        rig.pass(100);
        rig.open("10.1.0.1:4001", VIP);

        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(300);
    }

    @Test
    void template_firingWhileConnectionsRemain_goesOnBySixtySecondsFromThenOn() {
        rig.open("10.1.0.1:4000", VIP);
        rig.pass(300.5);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(59);

        rig.pass(30);
        rig.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(60);
        rig.pass(60.5);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(59);
    }

    @Test
    void template_firingAfterItsLastConnection_endsAndTheClientIsScheduledAnew() {
        String first = rig.open("10.1.0.1:4000", VIP);
        rig.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        rig.pass(299);
        assertThat(rig.templates()).hasSize(1);
        assertThat(rig.listed()).isEmpty();
        rig.pass(1.1);

        assertThat(rig.templates()).isEmpty();
        assertThat(rig.server(web, first).persistent()).isZero();
        assertThat(rig.open("10.1.0.1:4001", VIP)).isNotEqualTo(first);
    }

    @Test
    void template_aConnectionIsEstablished_isAssured() {
        rig.syn("10.1.0.1:4000", VIP);
        assertThat(rig.template().confirmed()).isFalse();
        rig.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), ACK);
        assertThat(rig.template().confirmed()).isTrue();
    }

    @Test
    void template_onlyAResetConnection_isNotAssured() {
        String server = rig.syn("10.1.0.1:4000", VIP);
        rig.reply(Protocol.TCP, server, "10.1.0.1:4000", RST | ACK);

        assertThat(rig.state()).isEqualTo("CLOSE");
        assertThat(rig.template().confirmed()).isFalse();
    }

    @Test
    void template_udpReply_isAssured() {
        ServiceKey dns = rig.service(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53"))
                        .persistent(300)
                        .build(),
                "192.168.1.1:53");
        rig.datagram("10.1.0.1:4000", "10.0.0.100:53");
        rig.datagram("10.1.0.1:4000", "10.0.0.100:53");
        assertThat(rig.template().confirmed()).isFalse();

        rig.reply(Protocol.UDP, "192.168.1.1:53", "10.1.0.1:4000", 0);
        assertThat(rig.template().confirmed()).isTrue();
        assertThat(rig.server(dns, "192.168.1.1:53").active()).isZero();
    }

    @Test
    void packet_quiescedServer_keepsItsClientsUnlessTold() {
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.weight(web, server, 0);
        assertThat(rig.open("10.1.0.1:4001", VIP)).isEqualTo(server);

        rig.set(Sysctl.EXPIRE_QUIESCENT_TEMPLATE, 1);
        String other = rig.open("10.1.0.1:4002", VIP);
        assertThat(other).isNotEqualTo(server).contains(":80");
        assertThat(rig.server(web, other).persistent()).isEqualTo(1);
        assertThat(rig.server(web, server).persistent()).isEqualTo(1);
    }

    @Test
    void packet_overloadedServer_isStillReachedThroughItsTemplate() {
        rig.director.editServer(web, RealServer.builder(OLD).upperThreshold(1).build());
        rig.director.editServer(web, RealServer.builder(NEW).upperThreshold(1).build());
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.open("10.1.0.2:4000", VIP);

        assertThat(rig.server(web, server).overloaded()).isTrue();
        assertThat(rig.syn("10.1.0.3:4000", VIP)).isEqualTo("REJECT");
        assertThat(rig.syn("10.1.0.1:4001", VIP)).isEqualTo(server);
        assertThat(rig.connectionsOf(web, server)).isEqualTo(2);
    }

    @Test
    void packet_serverRemoved_templateIsSetAsideAndAnotherServerTakesOver() {
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.remove(web, server);
        String other = rig.open("10.1.0.1:4001", VIP);

        assertThat(other).isNotEqualTo(server).contains(":80");
        assertThat(rig.templates())
                .extracting(template -> template.client() + " " + template.virtual() + " " + template.server())
                .containsExactlyInAnyOrder(
                        "10.1.0.1:0 10.0.0.100:80 " + other,
                        "10.1.0.1:0 10.0.0.100:65535 " + server.replace(":80", ":65535"));
    }

    @Test
    void template_setAside_runsOutOnItsOwnTimeAndLetsTheServerGo() {
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        rig.pass(100);
        rig.remove(web, server);
        rig.open("10.1.0.1:4001", VIP);
        rig.director.addServer(web, RealServer.builder(server).build());
        assertThat(rig.server(web, server).persistent()).isEqualTo(1);

        rig.pass(199);
        assertThat(rig.templates()).hasSize(2);
        rig.pass(1.1);
        assertThat(rig.templates()).hasSize(1);
        assertThat(rig.server(web, server).persistent()).isZero();
    }

    @Test
    void packet_serverRemovedAndAddedAgainBetween_templateCountsAsBefore() {
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.remove(web, server);
        rig.director.addServer(web, RealServer.builder(server).build());

        assertThat(rig.open("10.1.0.1:4001", VIP)).isEqualTo(server);
        assertThat(rig.templates()).hasSize(1);
    }

    @Test
    void removeServer_expireNodest_endsItsTemplatesWithAndWithoutConnections() {
        rig.set(Sysctl.EXPIRE_NODEST_CONN, 1);
        String server = rig.open("10.1.0.1:4000", VIP);
        rig.open("10.1.0.2:4000", VIP);
        rig.open("10.1.0.3:4000", VIP);
        rig.packet(DirectorFixture.tcp("10.1.0.3:4000", VIP), RST);
        rig.pass(11);
        assertThat(rig.server(web, server).persistent()).isEqualTo(2);
        rig.remove(web, server);
        rig.pass(0.1);

        assertThat(rig.templates()).hasSize(1);
        assertThat(rig.listed()).hasSize(1);
        rig.director.addServer(web, RealServer.builder(server).build());
        assertThat(rig.server(web, server).persistent()).isZero();
        assertThat(rig.connectionsOf(web, server)).isZero();
    }

    @Test
    void editService_newTimeout_isForNewTemplatesOnly() {
        rig.open("10.1.0.1:4000", VIP);
        rig.director.editService(VirtualService.builder(ServiceKey.tcp(VIP))
                .scheduler("rr")
                .persistent(50)
                .build());
        rig.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(300);

        rig.open("10.1.0.2:4000", VIP);
        assertThat(rig.templates()).extracting(DirectorFixture::seconds).containsExactlyInAnyOrder(300L, 50L);
    }

    @Test
    void packet_singleDatagrams_followTheTemplateAndLeaveNoConnection() {
        String sip = "10.0.0.100:5060";
        ServiceKey key = rig.service(
                VirtualService.builder(ServiceKey.udp(sip))
                        .scheduler("rr")
                        .persistent(300)
                        .onePacket(true)
                        .build(),
                "192.168.1.1:5060",
                "192.168.1.2:5060");
        String first = rig.datagram("10.1.0.1:4000", sip);
        assertThat(rig.datagram("10.1.0.1:4000", sip)).isEqualTo(first);
        assertThat(rig.datagram("10.1.0.1:4001", sip)).isEqualTo(first);
        assertThat(rig.datagram("10.1.0.2:4000", sip)).isNotEqualTo(first);

        assertThat(rig.listed()).isEmpty();
        assertThat(rig.connectionsOf(key, first)).isZero();
        assertThat(rig.server(key, first).persistent()).isEqualTo(1);
        assertThat(rig.server(key, first).traffic().connections()).isEqualTo(3);
        rig.pass(300.1);
        assertThat(rig.templates()).isEmpty();
    }

    @Test
    void retry_templateOfTheFailedServer_movesTheClient() {
        Connection first = rig.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        String failed = first.destination().toString();
        Connection second = first.retry();
        String other = second.destination().toString();
        assertThat(other).isNotEqualTo(failed);

        assertThat(rig.director.open(DirectorFixture.tcp("10.1.0.1:4001", VIP)).destination())
                .hasToString(other);
        assertThat(rig.connectionsOf(web, failed)).isZero();
        assertThat(rig.connectionsOf(web, other)).isEqualTo(2);
        assertThat(second.retry().verdict()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void open_heldConnection_keepsItsTemplateAliveUntilItIsClosed() {
        Connection connection = rig.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        connection.established();
        assertThat(rig.template().confirmed()).isTrue();
        rig.pass(1000);
        assertThat(rig.templates()).hasSize(1);
        connection.close();
        rig.pass(61);
        assertThat(rig.templates()).isEmpty();
    }

    @Test
    void packet_netmask_clientsOfANetworkShareTheTemplate() {
        Persistence bySixteen = new Persistence(300, 0xFFFF_0000, null);
        String vip = "10.0.0.100:81";
        rig.service(
                VirtualService.builder(ServiceKey.tcp(vip))
                        .scheduler("rr")
                        .persistence(bySixteen)
                        .build(),
                OLD,
                NEW);
        String first = rig.syn("10.8.77.5:4000", vip);
        assertThat(rig.syn("10.8.1.1:4000", vip)).isEqualTo(first);
        assertThat(rig.syn("10.9.77.5:4000", vip)).isNotEqualTo(first);

        assertThat(rig.templates())
                .extracting(TemplateSnapshot::client)
                .containsExactlyInAnyOrder(Endpoint.parse("10.8.0.0:0"), Endpoint.parse("10.9.0.0:0"));
    }

    @Test
    void packet_netmaskWithHoles_countsExactlyItsBits() {
        String vip = "10.0.0.100:81";
        Persistence byLastByte = new Persistence(300, 0xFF00_00FF, null);
        rig.service(
                VirtualService.builder(ServiceKey.tcp(vip))
                        .scheduler("rr")
                        .persistence(byLastByte)
                        .build(),
                OLD,
                NEW);
        rig.syn("10.8.77.5:4000", vip);
        rig.syn("10.9.1.5:4000", vip);

        assertThat(rig.template().client()).hasToString("10.0.0.5:0");
    }

    @Test
    void packet_ipv6Prefix_clientsOfAPrefixShareTheTemplate() {
        for (int prefix : new int[] {1, 48, 64, 65, 100, 128}) {
            DirectorFixture six = new DirectorFixture();
            String vip = "[fd00::1]:80";
            six.service(
                    VirtualService.builder(ServiceKey.tcp(vip))
                            .scheduler("rr")
                            .persistence(new Persistence(300, prefix, null))
                            .build(),
                    "[fd00:2::1]:80",
                    "[fd00:2::2]:80");
            String first = six.syn(client(prefix, -1), vip);
            String inside = prefix == 128 ? client(128, -1) : client(prefix, prefix);
            assertThat(six.syn(inside, vip)).as("/%d inside", prefix).isEqualTo(first);
            assertThat(six.syn(client(prefix, prefix - 1), vip))
                    .as("/%d outside", prefix)
                    .isNotEqualTo(first);
            assertThat(six.templates()).hasSize(2);
        }
    }

    /** A client of which one bit, counted from the left, is flipped. */
    private static String client(int prefix, int flippedBit) {
        byte[] bytes = new byte[16];
        bytes[0] = 0x20;
        bytes[8] = 0x55;
        if (flippedBit >= 0) {
            bytes[flippedBit / 8] ^= (byte) (0x80 >> flippedBit % 8);
        }
        java.nio.ByteBuffer words = java.nio.ByteBuffer.wrap(bytes);
        return new Endpoint(
                        org.lvs4j.net.IpAddress.of(AddressFamily.IPV6, words.getLong(), words.getLong()),
                        4000 + prefix + Math.max(0, flippedBit))
                .toString();
    }
}
