package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.DirectorFixture.ACK;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/** The traffic that each counter includes, and the events after which counters start from zero. */
class CountersTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final Flow FLOW = DirectorFixture.tcp(CLIENT, VIP);

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey web =
            fixture.addService(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);

    private Traffic server() {
        return fixture.server(web, SERVER).traffic();
    }

    private Traffic service() {
        return fixture.director.service(web).traffic();
    }

    @Test
    void packet_bothDirections_countedOnServerServiceAndDirector() {
        fixture.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        fixture.director
                .flows()
                .dispatchReply(DirectorFixture.flow(Protocol.TCP, SERVER, CLIENT), DirectorFixture.SYN | ACK, 64);
        fixture.director.flows().dispatch(FLOW, ACK, 52);
        fixture.director.flows().dispatchReply(DirectorFixture.flow(Protocol.TCP, SERVER, CLIENT), ACK, 1500);

        Traffic expected = new Traffic(1, 2, 2, 112, 1564);
        assertThat(server()).isEqualTo(expected);
        assertThat(service()).isEqualTo(expected);
        assertThat(fixture.director.traffic()).isEqualTo(expected);
    }

    @Test
    void packet_refusedOrPassing_notCounted() {
        fixture.packet(FLOW, ACK);
        fixture.syn(CLIENT, "10.0.0.100:81");
        fixture.setWeight(web, SERVER, 0);
        assertThat(fixture.syn(CLIENT, VIP)).isEqualTo("REJECT");
        assertThat(fixture.director.traffic()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
    }

    @Test
    void rates_constantLoad_estimateOfIpvs() {
        Connection connection = fixture.director.open(FLOW);
        fixture.director.resetCounters();
        for (int n = 1; n <= 4; n++) {
            for (int i = 0; i < 2 * 256; i++) {
                connection.received(4);
                connection.sent(16);
            }
            fixture.advance(2);
            long packets = 256 - (long) (256 * Math.pow(0.75, n));
            Rates rates = fixture.server(web, SERVER).rates();
            assertThat(rates.inPacketsPerSecond()).as("after %d s", 2 * n).isEqualTo(packets);
            assertThat(rates.outPacketsPerSecond()).isEqualTo(packets);
            assertThat(rates.inBytesPerSecond()).isEqualTo(4 * packets);
            assertThat(rates.outBytesPerSecond()).isEqualTo(16 * packets);
            assertThat(fixture.director.service(web).rates().inPacketsPerSecond())
                    .isEqualTo(packets);
            assertThat(fixture.director.rates().outBytesPerSecond()).isEqualTo(16 * packets);
        }
    }

    @Test
    void rates_estimationOff_unchanged() {
        for (int i = 0; i < 100; i++) {
            fixture.packet(FLOW, DirectorFixture.SYN);
        }
        fixture.advance(2);
        long before = fixture.server(web, SERVER).rates().inPacketsPerSecond();
        assertThat(before).isEqualTo(12);
        fixture.setSysctl(Sysctl.RUN_ESTIMATION, 0);
        fixture.packet(FLOW, DirectorFixture.SYN);
        fixture.advance(20);
        assertThat(fixture.server(web, SERVER).rates().inPacketsPerSecond()).isEqualTo(before);
        assertThat(server().inPackets()).isEqualTo(101);
    }

    @Test
    void resetCounters_oneService_othersAndTotalKept() {
        ServiceKey other = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:81")).build(), "192.168.1.1:81");
        fixture.syn(CLIENT, VIP);
        fixture.syn(CLIENT, "10.0.0.100:81");
        fixture.director.resetCounters(web);

        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(fixture.server(web, SERVER).active())
                .as("connections are not traffic")
                .isEqualTo(1);
        assertThat(fixture.director.service(other).traffic().connections()).isEqualTo(1);
        assertThat(fixture.director.traffic().connections()).isEqualTo(2);

        fixture.director.resetCounters();
        assertThat(fixture.director.service(other).traffic()).isEqualTo(Traffic.NONE);
        assertThat(fixture.server(other, "192.168.1.1:81").traffic()).isEqualTo(Traffic.NONE);
        assertThat(fixture.director.traffic()).isEqualTo(Traffic.NONE);
        assertThatThrownBy(() -> fixture.director.resetCounters(ServiceKey.tcp("10.0.0.100:99")))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("10.0.0.100:99");
    }

    @Test
    void packet_serverRemoved_notCounted() {
        Connection held = fixture.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP));
        fixture.open(CLIENT, VIP);
        Traffic before = fixture.director.traffic();
        fixture.removeServer(web, SERVER);
        assertThat(fixture.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(fixture.reply(Protocol.TCP, SERVER, CLIENT, ACK))
                .as("the server still answers")
                .isTrue();
        held.received(10);
        held.sent(10);
        assertThat(fixture.director.traffic()).isEqualTo(before);
        assertThat(service()).isEqualTo(before);
    }

    @Test
    void addServer_sameServiceAgain_countersContinue() {
        fixture.open(CLIENT, VIP);
        Traffic before = server();
        fixture.removeServer(web, SERVER);
        fixture.director.addServer(web, RealServer.builder(SERVER).weight(7).build());
        assertThat(server()).isEqualTo(before);
        assertThat(fixture.server(web, SERVER).active()).isEqualTo(1);

        fixture.packet(FLOW, ACK);
        assertThat(server().inPackets()).isEqualTo(before.inPackets() + 1);
        assertThat(service().inPackets()).isEqualTo(before.inPackets() + 1);
    }

    @Test
    void addServer_serviceAddedAgain_countersFromZeroConnectionsKept() {
        fixture.open(CLIENT, VIP);
        fixture.director.removeService(web);
        fixture.addService(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(fixture.server(web, SERVER).active()).isEqualTo(1);

        fixture.packet(FLOW, ACK);
        assertThat(server()).isEqualTo(new Traffic(0, 1, 0, 100, 0));
        assertThat(service()).as("the new service counts, not the old one").isEqualTo(new Traffic(0, 1, 0, 100, 0));
    }

    @Test
    void addServer_afterRetirement_countersFromZero() {
        fixture.syn(CLIENT, VIP);
        fixture.removeServer(web, SERVER);
        fixture.advance(60 + 60 + 180 + 1);
        fixture.director.addServer(web, RealServer.builder(SERVER).build());
        assertThat(server()).isEqualTo(Traffic.NONE);
    }

    @Test
    void retire_removedServer_sumsKeepItsCounts() {
        fixture.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        fixture.director.flows().dispatch(FLOW, DirectorFixture.RST, 40);
        fixture.removeServer(web, SERVER);
        fixture.advance(600);
        Traffic expected = new Traffic(1, 2, 0, 100, 0);
        assertThat(service()).isEqualTo(expected);
        assertThat(fixture.director.traffic()).isEqualTo(expected);

        fixture.director.addServer(web, RealServer.builder(SERVER).build());
        assertThat(server()).as("the retired server's counters are gone").isEqualTo(Traffic.NONE);
        fixture.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        assertThat(server()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        assertThat(service()).isEqualTo(new Traffic(2, 3, 0, 160, 0));
        assertThat(fixture.director.traffic()).isEqualTo(new Traffic(2, 3, 0, 160, 0));
    }

    @Test
    void addService_again_countersFromZeroDirectorContinues() {
        fixture.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        fixture.director.removeService(web);
        assertThat(fixture.director.traffic()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        fixture.addService(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        fixture.director.flows().dispatch(FLOW, ACK, 52);
        assertThat(server()).isEqualTo(new Traffic(0, 1, 0, 52, 0));
        assertThat(service()).isEqualTo(new Traffic(0, 1, 0, 52, 0));
        assertThat(fixture.director.traffic()).isEqualTo(new Traffic(1, 2, 0, 112, 0));
    }

    @Test
    void resetCounters_oneService_directorsSumKept() {
        fixture.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        fixture.director.resetCounters(web);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(fixture.director.traffic()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        fixture.director.resetCounters();
        assertThat(fixture.director.traffic()).isEqualTo(Traffic.NONE);
    }
}
