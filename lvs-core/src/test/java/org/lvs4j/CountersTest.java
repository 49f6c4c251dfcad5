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

/** What is counted where, and when the counters start again. */
class CountersTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final Flow FLOW = DirectorFixture.tcp(CLIENT, VIP);

    private final DirectorFixture rig = new DirectorFixture();
    private final ServiceKey web =
            rig.service(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);

    private Traffic server() {
        return rig.server(web, SERVER).traffic();
    }

    private Traffic service() {
        return rig.director.service(web).traffic();
    }

    @Test
    void packets_bothWays_areCountedOnServerServiceAndDirector() {
        rig.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        rig.director
                .flows()
                .dispatchReply(DirectorFixture.flow(Protocol.TCP, SERVER, CLIENT), DirectorFixture.SYN | ACK, 64);
        rig.director.flows().dispatch(FLOW, ACK, 52);
        rig.director.flows().dispatchReply(DirectorFixture.flow(Protocol.TCP, SERVER, CLIENT), ACK, 1500);

        Traffic expected = new Traffic(1, 2, 2, 112, 1564);
        assertThat(server()).isEqualTo(expected);
        assertThat(service()).isEqualTo(expected);
        assertThat(rig.director.traffic()).isEqualTo(expected);
    }

    @Test
    void packets_refusedOrPassing_areNotCounted() {
        rig.packet(FLOW, ACK);
        rig.syn(CLIENT, "10.0.0.100:81");
        rig.weight(web, SERVER, 0);
        assertThat(rig.syn(CLIENT, VIP)).isEqualTo("REJECT");
        assertThat(rig.director.traffic()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
    }

    @Test
    void rates_constantLoad_asTheEstimatorSays() {
        Connection connection = rig.director.open(FLOW);
        rig.director.resetCounters();
        for (int n = 1; n <= 4; n++) {
            for (int i = 0; i < 2 * 256; i++) {
                connection.received(4);
                connection.sent(16);
            }
            rig.pass(2);
            long packets = 256 - (long) (256 * Math.pow(0.75, n));
            Rates rates = rig.server(web, SERVER).rates();
            assertThat(rates.inPacketsPerSecond()).as("after %d s", 2 * n).isEqualTo(packets);
            assertThat(rates.outPacketsPerSecond()).isEqualTo(packets);
            assertThat(rates.inBytesPerSecond()).isEqualTo(4 * packets);
            assertThat(rates.outBytesPerSecond()).isEqualTo(16 * packets);
            assertThat(rig.director.service(web).rates().inPacketsPerSecond()).isEqualTo(packets);
            assertThat(rig.director.rates().outBytesPerSecond()).isEqualTo(16 * packets);
        }
    }

    @Test
    void rates_estimationOff_stayWhileCountersGoOn() {
        for (int i = 0; i < 100; i++) {
            rig.packet(FLOW, DirectorFixture.SYN);
        }
        rig.pass(2);
        long before = rig.server(web, SERVER).rates().inPacketsPerSecond();
        assertThat(before).isEqualTo(12);
        rig.set(Sysctl.RUN_ESTIMATION, 0);
        rig.packet(FLOW, DirectorFixture.SYN);
        rig.pass(20);
        assertThat(rig.server(web, SERVER).rates().inPacketsPerSecond()).isEqualTo(before);
        assertThat(server().inPackets()).isEqualTo(101);
    }

    @Test
    void zero_ofAService_leavesTheOthersAndTheTotal() {
        ServiceKey other = rig.service(
                VirtualService.builder(ServiceKey.tcp("10.0.0.100:81")).build(), "192.168.1.1:81");
        rig.syn(CLIENT, VIP);
        rig.syn(CLIENT, "10.0.0.100:81");
        rig.director.resetCounters(web);

        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(rig.server(web, SERVER).active())
                .as("connections are not traffic")
                .isEqualTo(1);
        assertThat(rig.director.service(other).traffic().connections()).isEqualTo(1);
        assertThat(rig.director.traffic().connections()).isEqualTo(2);

        rig.director.resetCounters();
        assertThat(rig.director.service(other).traffic()).isEqualTo(Traffic.NONE);
        assertThat(rig.server(other, "192.168.1.1:81").traffic()).isEqualTo(Traffic.NONE);
        assertThat(rig.director.traffic()).isEqualTo(Traffic.NONE);
        assertThatThrownBy(() -> rig.director.resetCounters(ServiceKey.tcp("10.0.0.100:99")))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("10.0.0.100:99");
    }

    @Test
    void removedServer_packetsBothWays_areNotCounted() {
        Connection held = rig.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP));
        rig.open(CLIENT, VIP);
        Traffic before = rig.director.traffic();
        rig.remove(web, SERVER);
        assertThat(rig.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(rig.reply(Protocol.TCP, SERVER, CLIENT, ACK))
                .as("the server still answers")
                .isTrue();
        held.received(10);
        held.sent(10);
        assertThat(rig.director.traffic()).isEqualTo(before);
        assertThat(service()).isEqualTo(before);
    }

    @Test
    void serverAddedAgain_sameService_countsOnWhereItWas() {
        rig.open(CLIENT, VIP);
        Traffic before = server();
        rig.remove(web, SERVER);
        rig.director.addServer(web, RealServer.builder(SERVER).weight(7).build());
        assertThat(server()).isEqualTo(before);
        assertThat(rig.server(web, SERVER).active()).isEqualTo(1);

        rig.packet(FLOW, ACK);
        assertThat(server().inPackets()).isEqualTo(before.inPackets() + 1);
        assertThat(service().inPackets()).isEqualTo(before.inPackets() + 1);
    }

    @Test
    void serverAddedAgain_serviceMadeAnew_startsFromZeroWithItsConnections() {
        rig.open(CLIENT, VIP);
        rig.director.removeService(web);
        rig.service(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(rig.server(web, SERVER).active()).isEqualTo(1);

        rig.packet(FLOW, ACK);
        assertThat(server()).isEqualTo(new Traffic(0, 1, 0, 100, 0));
        assertThat(service()).as("the new service counts, not the old one").isEqualTo(new Traffic(0, 1, 0, 100, 0));
    }

    @Test
    void serverAddedAgain_afterItsConnectionsAndTheTrash_startsFromZero() {
        rig.syn(CLIENT, VIP);
        rig.remove(web, SERVER);
        rig.pass(60 + 60 + 180 + 1);
        rig.director.addServer(web, RealServer.builder(SERVER).build());
        assertThat(server()).isEqualTo(Traffic.NONE);
    }

    @Test
    void serverForgotten_serviceAndDirectorKeepWhatItCounted() {
        rig.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        rig.director.flows().dispatch(FLOW, DirectorFixture.RST, 40);
        rig.remove(web, SERVER);
        rig.pass(600);
        Traffic expected = new Traffic(1, 2, 0, 100, 0);
        assertThat(service()).isEqualTo(expected);
        assertThat(rig.director.traffic()).isEqualTo(expected);

        rig.director.addServer(web, RealServer.builder(SERVER).build());
        assertThat(server()).as("nobody remembers it").isEqualTo(Traffic.NONE);
        rig.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        assertThat(server()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        assertThat(service()).isEqualTo(new Traffic(2, 3, 0, 160, 0));
        assertThat(rig.director.traffic()).isEqualTo(new Traffic(2, 3, 0, 160, 0));
    }

    @Test
    void serviceAddedAgain_startsFromZeroWithItsOldServers_directorKeepsCounting() {
        rig.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        rig.director.removeService(web);
        assertThat(rig.director.traffic()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        rig.service(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(service()).isEqualTo(Traffic.NONE);
        rig.director.flows().dispatch(FLOW, ACK, 52);
        assertThat(server()).isEqualTo(new Traffic(0, 1, 0, 52, 0));
        assertThat(service()).isEqualTo(new Traffic(0, 1, 0, 52, 0));
        assertThat(rig.director.traffic()).isEqualTo(new Traffic(1, 2, 0, 112, 0));
    }

    @Test
    void zero_oneService_leavesTheDirectorsSumAlone() {
        rig.director.flows().dispatch(FLOW, DirectorFixture.SYN, 60);
        rig.director.resetCounters(web);
        assertThat(service()).isEqualTo(Traffic.NONE);
        assertThat(server()).isEqualTo(Traffic.NONE);
        assertThat(rig.director.traffic()).isEqualTo(new Traffic(1, 1, 0, 60, 0));
        rig.director.resetCounters();
        assertThat(rig.director.traffic()).isEqualTo(Traffic.NONE);
    }
}
