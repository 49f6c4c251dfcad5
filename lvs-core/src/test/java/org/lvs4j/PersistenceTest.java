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

/** Persistence templates: their effect, their lifetime, and their end. */
class PersistenceTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:80";
    private static final String NEW = "192.168.1.2:80";

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey web = fixture.addService(
            VirtualService.builder(ServiceKey.tcp(VIP))
                    .scheduler("rr")
                    .persistent(300)
                    .build(),
            OLD,
            NEW);

    @Test
    void packet_secondConnectionOfAClient_sameServer() {
        String first = fixture.open("10.1.0.1:4000", VIP);
        String other = fixture.open("10.1.0.2:4000", VIP);

        assertThat(fixture.open("10.1.0.1:4001", VIP)).isEqualTo(first);
        assertThat(fixture.open("10.1.0.1:4002", VIP)).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(fixture.server(web, first).persistent()).isEqualTo(1);
        assertThat(fixture.server(web, first).active()).isEqualTo(3);
    }

    @Test
    void packet_establishedConnection_templateNotRenewed() {
        fixture.open("10.1.0.1:4000", VIP);
        fixture.advance(100);
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), ACK);

        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(200);
    }

    @Test
    void packet_newConnection_templateRenewed() {
        fixture.open("10.1.0.1:4000", VIP);
        fixture.advance(100);
        fixture.open("10.1.0.1:4001", VIP);

        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(300);
    }

    @Test
    void template_timerFiresWithConnections_extendedBySixtySeconds() {
        fixture.open("10.1.0.1:4000", VIP);
        fixture.advance(300.5);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(59);

        fixture.advance(30);
        fixture.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(60);
        fixture.advance(60.5);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(59);
    }

    @Test
    void template_timerFiresWithoutConnections_removedAndClientScheduledAgain() {
        String first = fixture.open("10.1.0.1:4000", VIP);
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        fixture.advance(299);
        assertThat(fixture.templates()).hasSize(1);
        assertThat(fixture.listed()).isEmpty();
        fixture.advance(1.1);

        assertThat(fixture.templates()).isEmpty();
        assertThat(fixture.server(web, first).persistent()).isZero();
        assertThat(fixture.open("10.1.0.1:4001", VIP)).isNotEqualTo(first);
    }

    @Test
    void template_connectionEstablished_confirmed() {
        fixture.syn("10.1.0.1:4000", VIP);
        assertThat(fixture.template().confirmed()).isFalse();
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), ACK);
        assertThat(fixture.template().confirmed()).isTrue();
    }

    @Test
    void template_onlyAResetConnection_notConfirmed() {
        String server = fixture.syn("10.1.0.1:4000", VIP);
        fixture.reply(Protocol.TCP, server, "10.1.0.1:4000", RST | ACK);

        assertThat(fixture.state()).isEqualTo("CLOSE");
        assertThat(fixture.template().confirmed()).isFalse();
    }

    @Test
    void template_udpReply_confirmed() {
        ServiceKey dns = fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53"))
                        .persistent(300)
                        .build(),
                "192.168.1.1:53");
        fixture.datagram("10.1.0.1:4000", "10.0.0.100:53");
        fixture.datagram("10.1.0.1:4000", "10.0.0.100:53");
        assertThat(fixture.template().confirmed()).isFalse();

        fixture.reply(Protocol.UDP, "192.168.1.1:53", "10.1.0.1:4000", 0);
        assertThat(fixture.template().confirmed()).isTrue();
        assertThat(fixture.server(dns, "192.168.1.1:53").active()).isZero();
    }

    @Test
    void packet_quiescedServer_keepsItsClientsUnlessSysctl() {
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.setWeight(web, server, 0);
        assertThat(fixture.open("10.1.0.1:4001", VIP)).isEqualTo(server);

        fixture.setSysctl(Sysctl.EXPIRE_QUIESCENT_TEMPLATE, 1);
        String other = fixture.open("10.1.0.1:4002", VIP);
        assertThat(other).isNotEqualTo(server).contains(":80");
        assertThat(fixture.server(web, other).persistent()).isEqualTo(1);
        assertThat(fixture.server(web, server).persistent()).isEqualTo(1);
    }

    @Test
    void packet_overloadedServer_reachedThroughItsTemplate() {
        fixture.director.editServer(
                web, RealServer.builder(OLD).upperThreshold(1).build());
        fixture.director.editServer(
                web, RealServer.builder(NEW).upperThreshold(1).build());
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.open("10.1.0.2:4000", VIP);

        assertThat(fixture.server(web, server).overloaded()).isTrue();
        assertThat(fixture.syn("10.1.0.3:4000", VIP)).isEqualTo("REJECT");
        assertThat(fixture.syn("10.1.0.1:4001", VIP)).isEqualTo(server);
        assertThat(fixture.connectionsOf(web, server)).isEqualTo(2);
    }

    @Test
    void packet_serverRemoved_templateSetAsideAndAnotherServerChosen() {
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.removeServer(web, server);
        String other = fixture.open("10.1.0.1:4001", VIP);

        assertThat(other).isNotEqualTo(server).contains(":80");
        assertThat(fixture.templates())
                .extracting(template -> template.client() + " " + template.virtual() + " " + template.server())
                .containsExactlyInAnyOrder(
                        "10.1.0.1:0 10.0.0.100:80 " + other,
                        "10.1.0.1:0 10.0.0.100:65535 " + server.replace(":80", ":65535"));
    }

    @Test
    void template_setAside_expiresAndReleasesTheServer() {
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        fixture.advance(100);
        fixture.removeServer(web, server);
        fixture.open("10.1.0.1:4001", VIP);
        fixture.director.addServer(web, RealServer.builder(server).build());
        assertThat(fixture.server(web, server).persistent()).isEqualTo(1);

        fixture.advance(199);
        assertThat(fixture.templates()).hasSize(2);
        fixture.advance(1.1);
        assertThat(fixture.templates()).hasSize(1);
        assertThat(fixture.server(web, server).persistent()).isZero();
    }

    @Test
    void packet_serverRemovedAndAddedAgain_templateStillValid() {
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.removeServer(web, server);
        fixture.director.addServer(web, RealServer.builder(server).build());

        assertThat(fixture.open("10.1.0.1:4001", VIP)).isEqualTo(server);
        assertThat(fixture.templates()).hasSize(1);
    }

    @Test
    void removeServer_expireNodest_templatesRemoved() {
        fixture.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        String server = fixture.open("10.1.0.1:4000", VIP);
        fixture.open("10.1.0.2:4000", VIP);
        fixture.open("10.1.0.3:4000", VIP);
        fixture.packet(DirectorFixture.tcp("10.1.0.3:4000", VIP), RST);
        fixture.advance(11);
        assertThat(fixture.server(web, server).persistent()).isEqualTo(2);
        fixture.removeServer(web, server);
        fixture.advance(0.1);

        assertThat(fixture.templates()).hasSize(1);
        assertThat(fixture.listed()).hasSize(1);
        fixture.director.addServer(web, RealServer.builder(server).build());
        assertThat(fixture.server(web, server).persistent()).isZero();
        assertThat(fixture.connectionsOf(web, server)).isZero();
    }

    @Test
    void editService_newTimeout_newTemplatesOnly() {
        fixture.open("10.1.0.1:4000", VIP);
        fixture.director.editService(VirtualService.builder(ServiceKey.tcp(VIP))
                .scheduler("rr")
                .persistent(50)
                .build());
        fixture.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(300);

        fixture.open("10.1.0.2:4000", VIP);
        assertThat(fixture.templates()).extracting(DirectorFixture::seconds).containsExactlyInAnyOrder(300L, 50L);
    }

    @Test
    void packet_singleDatagrams_serverOfTheTemplateAndNoConnection() {
        String sip = "10.0.0.100:5060";
        ServiceKey key = fixture.addService(
                VirtualService.builder(ServiceKey.udp(sip))
                        .scheduler("rr")
                        .persistent(300)
                        .onePacket(true)
                        .build(),
                "192.168.1.1:5060",
                "192.168.1.2:5060");
        String first = fixture.datagram("10.1.0.1:4000", sip);
        assertThat(fixture.datagram("10.1.0.1:4000", sip)).isEqualTo(first);
        assertThat(fixture.datagram("10.1.0.1:4001", sip)).isEqualTo(first);
        assertThat(fixture.datagram("10.1.0.2:4000", sip)).isNotEqualTo(first);

        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.connectionsOf(key, first)).isZero();
        assertThat(fixture.server(key, first).persistent()).isEqualTo(1);
        assertThat(fixture.server(key, first).traffic().connections()).isEqualTo(3);
        fixture.advance(300.1);
        assertThat(fixture.templates()).isEmpty();
    }

    @Test
    void retry_templateOfTheFailedServer_movesTheClient() {
        Connection first = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        String failed = first.destination().toString();
        first.retry();
        String other = first.destination().toString();
        assertThat(other).isNotEqualTo(failed);
        assertThat(fixture.template().server()).hasToString(other);

        assertThat(fixture.director
                        .open(DirectorFixture.tcp("10.1.0.1:4001", VIP))
                        .destination())
                .hasToString(other);
        assertThat(fixture.connectionsOf(web, failed)).isZero();
        assertThat(fixture.connectionsOf(web, other)).isEqualTo(2);
        assertThat(first.retry()).isFalse();
        assertThat(first.verdict()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void open_persistentService_templateKeptUntilReleased() {
        Connection connection = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        connection.established();
        assertThat(fixture.template().confirmed()).isTrue();
        fixture.advance(1000);
        assertThat(fixture.templates()).hasSize(1);
        connection.expire();
        fixture.advance(61);
        assertThat(fixture.templates()).isEmpty();
    }

    @Test
    void packet_netmask_oneTemplateForTheNetwork() {
        Persistence bySixteen = new Persistence(300, 0xFFFF_0000, null);
        String vip = "10.0.0.100:81";
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp(vip))
                        .scheduler("rr")
                        .persistence(bySixteen)
                        .build(),
                OLD,
                NEW);
        String first = fixture.syn("10.8.77.5:4000", vip);
        assertThat(fixture.syn("10.8.1.1:4000", vip)).isEqualTo(first);
        assertThat(fixture.syn("10.9.77.5:4000", vip)).isNotEqualTo(first);

        assertThat(fixture.templates())
                .extracting(TemplateSnapshot::client)
                .containsExactlyInAnyOrder(Endpoint.parse("10.8.0.0:0"), Endpoint.parse("10.9.0.0:0"));
    }

    @Test
    void packet_netmaskWithHoles_onlyItsBitsCompared() {
        String vip = "10.0.0.100:81";
        Persistence byLastByte = new Persistence(300, 0xFF00_00FF, null);
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp(vip))
                        .scheduler("rr")
                        .persistence(byLastByte)
                        .build(),
                OLD,
                NEW);
        fixture.syn("10.8.77.5:4000", vip);
        fixture.syn("10.9.1.5:4000", vip);

        assertThat(fixture.template().client()).hasToString("10.0.0.5:0");
    }

    @Test
    void packet_ipv6Prefix_oneTemplateForThePrefix() {
        for (int prefix : new int[] {1, 48, 64, 65, 100, 128}) {
            DirectorFixture six = new DirectorFixture();
            String vip = "[fd00::1]:80";
            six.addService(
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

    /** A client address with one bit flipped, counted from the left. */
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

    @Test
    void packet_maskZero_allClientsOnOneServerUntilTheTemplateEnds() {
        ServiceKey all = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.101:80"))
                        .scheduler("rr")
                        .persistence(new Persistence(300, 0, null))
                        .build(),
                OLD,
                NEW);
        String first = fixture.open("10.1.0.1:4000", "10.0.0.101:80");

        for (String client : new String[] {"10.1.0.2:4000", "192.168.77.1:1", "255.255.255.254:9"}) {
            assertThat(fixture.open(client, "10.0.0.101:80")).as(client).isEqualTo(first);
        }
        assertThat(fixture.server(all, first).persistent()).isEqualTo(1);
        assertThat(fixture.template().client()).isEqualTo(Endpoint.parse("0.0.0.0:0"));
    }
}
