package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.FIN;
import static org.lvs4j.DirectorFixture.SYN;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A packet of a masqueraded server finds its connection, for every kind of service. */
class ServerReplyTest {
    private static final String CLIENT = "10.1.0.1:4000";
    private static final String SERVER = "192.168.1.1:80";

    private final DirectorFixture fixture = new DirectorFixture();

    private boolean reply(String server, String client) {
        return fixture.reply(Protocol.TCP, server, client, SYN | ACK);
    }

    private String marked(String client, String virtual) {
        return fixture.packet(DirectorFixture.tcp(client, virtual).mark(7), SYN);
    }

    private static String virtual(int number) {
        return "10.0.0." + number + ":" + (8000 + number);
    }

    @Test
    void reply_severalServicesOfOneServer_eachFindsItsConnection() {
        for (int number = 1; number <= 20; number++) {
            fixture.addService(
                    VirtualService.builder(ServiceKey.tcp(virtual(number))).build(), SERVER);
            assertThat(fixture.syn("10.1.0." + number + ":4000", virtual(number)))
                    .isEqualTo(SERVER);
        }
        for (int number = 1; number <= 20; number++) {
            assertThat(reply(SERVER, "10.1.0." + number + ":4000"))
                    .as("client %d", number)
                    .isTrue();
        }
        assertThat(reply(SERVER, "10.1.0.21:4000")).isFalse();
        assertThat(reply("192.168.1.1:81", CLIENT)).isFalse();
        assertThat(reply("192.168.1.2:80", CLIENT)).isFalse();
        assertThat(fixture.reply(Protocol.UDP, SERVER, CLIENT, 0)).isFalse();
    }

    @Test
    void reply_moreVirtualEndpointsThanRoutes_foundUntilTheConnectionEnds() {
        ServiceKey key = ServiceKey.mark(7);
        fixture.addService(VirtualService.builder(key).build(), SERVER);
        for (int number = 1; number <= 40; number++) {
            assertThat(marked(CLIENT, virtual(number))).isEqualTo(SERVER);
            assertThat(reply(SERVER, CLIENT)).isTrue();
            fixture.packet(DirectorFixture.tcp(CLIENT, virtual(number)), FIN | ACK);
            fixture.reply(Protocol.TCP, SERVER, CLIENT, FIN | ACK);
            fixture.advance(121);
            assertThat(fixture.listed()).isEmpty();
            assertThat(reply(SERVER, CLIENT)).as("endpoint %d", number).isFalse();
        }
    }

    @Test
    void reply_connectionReusedBeyondTheRoutes_newConnectionFound() {
        ServiceKey key = ServiceKey.mark(7);
        fixture.addService(VirtualService.builder(key).build(), SERVER);
        for (int number = 1; number <= 12; number++) {
            marked("10.1.0." + number + ":4000", virtual(number));
        }
        String client = "10.1.0.12:4000";
        fixture.packet(DirectorFixture.tcp(client, virtual(12)), ACK);
        fixture.close(client, virtual(12), SERVER);
        marked(client, virtual(12));
        fixture.advance(0.02);
        assertThat(fixture.connectionsOf(key, SERVER))
                .as("the old one has ended")
                .isEqualTo(12);
        assertThat(reply(SERVER, client)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:0", "10.0.0.1:21"})
    void reply_servicesForEveryPort_portKept(String service) {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp(service)).persistent(60).build(), "192.168.1.1:21");
        for (int port = 3000; port < 3020; port++) {
            assertThat(fixture.syn(CLIENT, "10.0.0.1:" + port)).isEqualTo("192.168.1.1:" + port);
        }
        for (int port = 3000; port < 3020; port++) {
            assertThat(reply("192.168.1.1:" + port, CLIENT)).isTrue();
        }
        assertThat(reply("192.168.1.1:2999", CLIENT)).isFalse();
    }

    @Test
    void reply_ipv6_connectionFound() {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp("[fd00::1]:80")).build(), "[fd01::1]:8080");
        assertThat(fixture.syn("[fd02::1]:4000", "[fd00::1]:80")).isEqualTo("[fd01::1]:8080");
        assertThat(reply("[fd01::1]:8080", "[fd02::1]:4000")).isTrue();
        assertThat(reply("[fd01::1]:8080", "[fd02::2]:4000")).isFalse();
        assertThat(fixture.listed()).hasSize(1);
        assertThat(fixture.connection().virtual()).hasToString("[fd00::1]:80");
    }

    @Test
    void reply_serverRemovedWithConnections_connectionFound() {
        ServiceKey key = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).build(), SERVER, "192.168.1.2:80");
        String server = fixture.syn(CLIENT, "10.0.0.1:80");
        fixture.removeServer(key, server);
        assertThat(reply(server, CLIENT)).isTrue();
    }

    @Test
    void reply_serverNumberRecycled_connectionOfTheNewServer() {
        ServiceKey key = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).build(), SERVER);
        fixture.syn(CLIENT, "10.0.0.1:80");
        long first = fixture.director.flows().dispatch(DirectorFixture.tcp(CLIENT, "10.0.0.1:80"), ACK, 40);
        fixture.removeServer(key, SERVER);
        fixture.advance(1200);
        fixture.director.addServer(key, RealServer.builder("192.168.1.9:80").build());
        assertThat(fixture.syn(CLIENT, "10.0.0.1:80")).isEqualTo("192.168.1.9:80");
        long second = fixture.director.flows().dispatch(DirectorFixture.tcp(CLIENT, "10.0.0.1:80"), ACK, 40);
        assertThat(Decision.serverId(second)).isEqualTo(Decision.serverId(first));
        assertThat(reply(SERVER, CLIENT)).isFalse();
        assertThat(reply("192.168.1.9:80", CLIENT)).isTrue();
    }

    @Test
    void packet_flowOfAnOpenConnection_separateConnection() {
        Flow flow = DirectorFixture.tcp(CLIENT, "10.0.0.1:80");
        ServiceKey key = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).build(), SERVER);
        Connection held = fixture.director.open(flow);
        assertThat(fixture.packet(flow, ACK))
                .as("packets do not find open connections of the socket plane")
                .isEqualTo("PASS");
        assertThat(fixture.packet(flow, SYN)).isEqualTo(SERVER);
        assertThat(fixture.connectionsOf(key, SERVER)).isEqualTo(2);
        held.close();
        assertThat(fixture.connectionsOf(key, SERVER)).isEqualTo(1);
    }
}
