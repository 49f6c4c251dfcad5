package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Draining on a virtual clock, in both planes. */
final class DrainTest {
    private static final String VIP = "10.0.0.1:80";
    private static final String A = "192.168.1.1:80";
    private static final String B = "192.168.1.2:80";
    private static final Endpoint SERVER_A = Endpoint.parse(A);
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);

    private final DirectorFixture fixture = new DirectorFixture();
    private final Director director = fixture.director;

    private static VirtualService.Builder web() {
        return VirtualService.builder(WEB).scheduler("rr");
    }

    private Drain drain(String deadline) {
        return director.drain(WEB, SERVER_A, DrainOptions.within(Duration.parse(deadline)));
    }

    /** Opens connections in the packet plane, each from its own port, until a server has some number of them. */
    private List<String> openAt(String server, int count) {
        List<String> clients = new ArrayList<>();
        for (int i = 0; clients.size() < count; i++) {
            String client = "10.9." + i / 60_000 + ".9:" + (1024 + i % 60_000);
            if (fixture.open(client, VIP).equals(server)) {
                clients.add(client);
            }
        }
        return clients;
    }

    private Connection holdAt(String server) {
        for (int port = 1024; ; port++) {
            Connection connection = director.open(DirectorFixture.tcp("10.9.9.9:" + port, VIP));
            if (connection.destination().equals(Endpoint.parse(server))) {
                connection.established();
                return connection;
            }
            connection.expire();
        }
    }

    private int weight(String server) {
        return fixture.server(WEB, server).weight();
    }

    private int configuredWeight(String server) {
        return director.configuration(WEB).servers().stream()
                .filter(each -> each.endpoint().equals(Endpoint.parse(server)))
                .findFirst()
                .orElseThrow()
                .weight();
    }

    private static Drain.Phase phase(Drain drain) {
        return drain.progress().phase();
    }

    // ---- the beginning

    @Test
    void drain_serverWithConnections_getsNoNewOneAndKeepsItsOwn() throws RuleException {
        fixture.addService(web().build(), A, B);
        List<String> clients = openAt(A, 3);
        Drain drain = drain("PT100S");
        assertThat(weight(A)).as("as listed").isZero();
        assertThat(Listing.of(director, RuleParser.parse(List.of("-L", "-n"))))
                .get(STRING)
                .contains("  -> 192.168.1.1:80               Masq    0      3          0");
        assertThat(configuredWeight(A)).isOne();
        assertThat(Rules.of(director).print()).contains("-r " + A + " -m -w 1");
        for (int port = 1; port < 20; port++) {
            assertThat(fixture.open("10.8.8.8:" + port, VIP)).isEqualTo(B);
        }
        assertThat(fixture.packet(DirectorFixture.tcp(clients.get(0), VIP), DirectorFixture.ACK))
                .isEqualTo(A);
        DrainProgress progress = drain.progress();
        assertThat(progress.phase()).isEqualTo(Drain.Phase.DRAINING);
        assertThat(progress.active()).isEqualTo(3);
        assertThat(progress.left()).isEqualTo(Duration.ofSeconds(100));
        assertThat(director.drains()).containsExactly(drain);
        assertThat(director.isDraining()).isTrue();
    }

    @Test
    void drain_noConnection_isDrainedAtOnceAndStaysSo() {
        fixture.addService(web().build(), A, B);
        Drain drain = drain("PT100S");
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(director.isDraining()).isFalse();
        fixture.advance(1000);
        assertThat(weight(A)).isZero();
        assertThat(director.drains()).containsExactly(drain);
    }

    @Test
    void drain_unknownServer_isRefused() {
        fixture.addService(web().build(), A);
        assertThatThrownBy(() -> director.drain(WEB, Endpoint.parse(B), DrainOptions.within(Duration.ZERO)))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("no such server");
        assertThatThrownBy(() -> director.drain(Endpoint.parse(B), DrainOptions.within(Duration.ZERO)))
                .isInstanceOf(DirectorException.class)
                .hasMessage("no service has a server " + B);
        assertThatThrownBy(() -> director.drain(ServiceKey.udp(VIP), SERVER_A, DrainOptions.within(Duration.ZERO)))
                .isInstanceOf(DirectorException.class);
        assertThat(director.drains()).isEmpty();
    }

    @Test
    void drain_schedulerRefusesOneOfSeveral_nothingHasChanged(@TempDir Path directory) throws IOException {
        Director faulty = FaultyScheduler.director(directory);
        faulty.addService(web().build(), RealServer.of(A));
        faulty.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.2:80"))
                        .scheduler(FaultyScheduler.NAME)
                        .build(),
                RealServer.of(A));
        FaultyScheduler.failAfter(0, () -> new IllegalArgumentException("boom"));
        try {
            assertThatThrownBy(() -> faulty.drain(SERVER_A, DrainOptions.within(Duration.ofSeconds(1))))
                    .isInstanceOf(DirectorException.class)
                    .hasMessage("boom");
        } finally {
            FaultyScheduler.recover();
        }
        assertThat(faulty.drains()).isEmpty();
        assertThat(faulty.services())
                .noneMatch(service -> service.servers().get(0).draining());
        try (Connection connection = faulty.open(WEB)) {
            assertThat(connection.accepted()).isTrue();
        }
    }

    @Test
    void snapshot_whileTheSchedulerIsTold_showsTheWeightByWhichItPicks(@TempDir Path directory) throws IOException {
        Director slow = FaultyScheduler.director(directory);
        slow.addService(
                VirtualService.builder(WEB).scheduler(FaultyScheduler.NAME).build(), RealServer.of(A));
        List<ServerSnapshot> seen = new ArrayList<>();
        FaultyScheduler.failAfter(0, () -> {
            seen.addAll(slow.services().get(0).servers());
            return new IllegalArgumentException("boom");
        });
        try {
            assertThatThrownBy(() -> slow.drain(SERVER_A, DrainOptions.within(Duration.ofSeconds(1))))
                    .hasMessage("boom");
        } finally {
            FaultyScheduler.recover();
        }
        assertThat(seen).singleElement().satisfies(server -> {
            assertThat(server.draining()).isFalse();
            assertThat(server.weight()).isOne();
        });
    }

    @Test
    void drain_endpoint_drainsItInEveryServiceAndPortZeroEveryPort() {
        fixture.addService(web().build(), A, B);
        ServiceKey tls = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:443"))
                        .scheduler("rr")
                        .build(),
                "192.168.1.1:443",
                B);
        ServiceKey same = fixture.addService(
                VirtualService.builder(ServiceKey.tcp("10.0.0.2:80"))
                        .scheduler("rr")
                        .build(),
                A,
                B);
        List<Drain> drains = director.drain(SERVER_A, DrainOptions.within(Duration.ofSeconds(9)));
        assertThat(drains).extracting(Drain::service).containsExactly(WEB, same);
        List<Drain> all = director.drain(SERVER_A.withPort(0), DrainOptions.within(Duration.ofSeconds(9)));
        assertThat(all).extracting(Drain::service).containsExactly(WEB, tls, same);
        assertThat(all).containsAll(drains);
    }

    // ---- the deadline

    @Test
    void drain_packetConnectionsLeft_endEvenlyOverThePacing() {
        fixture.addService(web().build(), A, B);
        openAt(A, 1000);
        Drain drain = drain("PT100S");
        fixture.advance(89);
        assertThat(drain.progress().active()).isEqualTo(1000);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        for (int second = 0; second < 10; second++) {
            fixture.advance(1);
            assertThat(drain.progress().active())
                    .as("%d s after the pacing has begun", second)
                    .isEqualTo(1000 - second * 100);
            assertThat(phase(drain)).isEqualTo(Drain.Phase.ENDING);
        }
        fixture.advance(1);
        assertThat(drain.progress())
                .isEqualTo(
                        new DrainProgress(Drain.Phase.DRAINED, 0, 0, 1000, 0, 0, Duration.ZERO, Duration.ZERO, 1000));
        assertThat(fixture.connectionsOf(WEB, B)).isGreaterThan(900);
        assertThat(director.isDraining()).isFalse();
    }

    @Test
    void progress_connectionsAtTheStart_stayUntilTheDrainIsAskedForAgain() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Drain drain = drain("PT100S");
        assertThat(drain.progress().activeAtStart()).isEqualTo(100);
        fixture.advance(95);
        DrainProgress later = drain.progress();
        assertThat(later.active()).isBetween(1, 99);
        assertThat(later.activeAtStart()).isEqualTo(100);
        assertThat(later.inactiveAtStart()).isZero();

        DrainProgress again = drain("PT100S").progress();
        assertThat(again.activeAtStart()).isEqualTo(again.active()).isEqualTo(later.active());
    }

    @Test
    void drain_connectionsEndByThemselvesDuringThePacing_fewerAreEnded() {
        fixture.addService(web().build(), A, B);
        List<String> clients = openAt(A, 100);
        Drain drain = drain("PT100S");
        fixture.advance(90);
        for (String client : clients.subList(0, 60)) {
            fixture.packet(DirectorFixture.tcp(client, VIP), DirectorFixture.RST);
        }
        fixture.advance(3);
        assertThat(drain.progress().ended()).as("closed ones still linger").isEqualTo(30);
        fixture.advance(7);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
    }

    @Test
    void drain_heldConnectionsLeft_endEvenlyAndTheirHoldersLearnIt() {
        fixture.addService(web().build(), A);
        List<Connection> held = new ArrayList<>();
        for (int port = 1; port <= 1000; port++) {
            held.add(director.open(DirectorFixture.tcp("10.9.9.9:" + port, VIP)));
        }
        assertThat(held).noneMatch(Connection::draining);
        Drain drain = drain("PT10S");
        assertThat(held).allMatch(Connection::draining);
        fixture.advance(9.5);
        assertThat(held.stream().filter(Connection::expired).count()).isBetween(480L, 520L);
        assertThat(drain.progress().active()).isBetween(480, 520);
        assertThat(drain.progress().oldest()).isEqualTo(Duration.ofMillis(9500));
        fixture.advance(0.5);
        assertThat(held).allMatch(Connection::expired);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        held.forEach(Connection::close);
        assertThat(fixture.connectionsOf(WEB, A)).isZero();
    }

    @Test
    void drain_connectionsOpenedByKey_endAsTheirHoldersAsk() {
        fixture.addService(web().build(), A);
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            held.add(director.open(WEB));
        }
        Drain drain = drain("PT10S");
        fixture.advance(9.5);
        assertThat(drain.progress().active()).isEqualTo(1000);
        assertThat(held.stream().filter(Connection::expired).count()).isBetween(400L, 600L);
        assertThat(drain.progress().active()).isBetween(400, 600);
        fixture.advance(0.5);
        assertThat(held).allMatch(Connection::expired);
        fixture.advance(1);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().ended()).isEqualTo(1000);
    }

    @Test
    void drain_clockJumpsBeyondTheDeadline_allHaveEnded() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        fixture.director.setTimeouts(new TimeoutSettings(100_000, 0, 0));
        Connection held = holdAt(A);
        Drain drain = drain("PT100S");
        fixture.jump(500);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(held.expired()).isTrue();
        held.close();
    }

    @Test
    @Tag("slow")
    void drain_hundredThousandConnections_endWithinThePacingAmongThoseOfAnotherServer() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100_000);
        Drain drain = drain("PT100S");
        fixture.advance(95);
        assertThat(drain.progress().active()).isEqualTo(50_000);
        fixture.advance(5);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().ended()).isEqualTo(100_000);
        assertThat(fixture.connectionsOf(WEB, B)).isGreaterThan(99_000);
    }

    @Test
    void drain_pacingZero_endsAllAtTheDeadline() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Drain drain = director.drain(WEB, SERVER_A, new DrainOptions(Duration.ofSeconds(10), Duration.ZERO));
        fixture.advance(9);
        assertThat(drain.progress().active()).isEqualTo(100);
        fixture.advance(1);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
    }

    @Test
    void drain_onlyClosedConnectionsLinger_isDrainedBeforeTheyExpire() {
        fixture.addService(web().build(), A, B);
        Connection held = holdAt(A);
        Drain drain = drain("PT100S");
        fixture.advance(10);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        held.close();
        fixture.advance(4);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().inactive()).isOne();
    }

    @Test
    void drain_onlyUdpConnectionsAreLeft_areInactiveButWaitedFor() {
        ServiceKey dns = fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.1:53"))
                        .scheduler("rr")
                        .build(),
                "192.168.1.1:53");
        fixture.datagram("10.9.9.9:1", "10.0.0.1:53");
        Drain drain =
                director.drain(dns, Endpoint.parse("192.168.1.1:53"), DrainOptions.within(Duration.ofSeconds(1000)));
        fixture.advance(100);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        assertThat(drain.progress().inactive()).isOne();
        fixture.advance(201);
        assertThat(phase(drain)).as("after the UDP timeout").isEqualTo(Drain.Phase.DRAINED);
    }

    // ---- replacing and aborting

    @Test
    void drain_again_replacesTheDeadline() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Drain drain = drain("PT100S");
        fixture.advance(95);
        assertThat(drain.progress().active()).isEqualTo(50);
        assertThat(drain("PT200S")).isSameAs(drain);
        assertThat(drain.progress().left()).isEqualTo(Duration.ofSeconds(200));
        fixture.advance(170);
        assertThat(drain.progress().active()).isEqualTo(50);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        fixture.advance(30);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().ended()).isEqualTo(100);
    }

    @Test
    void abort_draining_restoresTheWeightAndEndsNothing() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Drain drain = drain("PT100S");
        fixture.advance(95);
        assertThat(drain.abort()).isTrue();
        assertThat(drain.abort()).isFalse();
        fixture.advance(100);
        assertThat(drain.progress().active()).isEqualTo(50);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.ABORTED);
        assertThat(weight(A)).isOne();
        assertThat(director.drains()).isEmpty();
        assertThat(List.of(fixture.open("10.8.8.8:1", VIP), fixture.open("10.8.8.8:2", VIP)))
                .containsExactlyInAnyOrder(A, B);
        assertThat(drain("PT100S")).isNotSameAs(drain);
        assertThat(drain.abort()).as("another drain of the same server").isFalse();
    }

    @Test
    void abort_weightEditedMeanwhile_serverGetsTheNewWeight() {
        fixture.addService(web().build(), A, B);
        Drain drain = drain("PT100S");
        fixture.setWeight(WEB, A, 7);
        assertThat(weight(A)).isZero();
        assertThat(configuredWeight(A)).isEqualTo(7);
        assertThat(fixture.open("10.8.8.8:1", VIP)).isEqualTo(B);
        assertThat(fixture.open("10.8.8.8:2", VIP)).isEqualTo(B);
        drain.abort();
        assertThat(weight(A)).isEqualTo(7);
    }

    @Test
    void abort_serviceWithSlowStart_weightGrowsAgain() {
        fixture.addService(
                web().scheduler("wrr").slowStart(Duration.ofSeconds(10)).build(), B);
        director.addServer(WEB, RealServer.builder(A).weight(100).build());
        fixture.advance(20);
        Drain drain = drain("PT100S");
        Flow flow = DirectorFixture.tcp("10.8.8.8:1", VIP);
        fixture.advance(5);
        assertThat(director.explain(flow).candidates().get(0).weight()).isZero();
        drain.abort();
        assertThat(director.explain(flow).candidates().get(0).weight()).isOne();
        fixture.advance(10);
        assertThat(director.explain(flow).candidates().get(0).weight()).isEqualTo(100);
    }

    // ---- changes of the configuration

    @Test
    void apply_configurationWithTheOldWeight_drainGoesOn() {
        fixture.addService(web().build(), A, B);
        openAt(A, 10);
        DirectorConfiguration before = director.configuration();
        Drain drain = drain("PT100S");
        assertThat(director.apply(before)).isEmpty();
        director.setServers(
                WEB, List.of(RealServer.of(A), RealServer.builder(B).weight(3).build()));
        assertThat(weight(A)).isZero();
        fixture.advance(101);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(fixture.open("10.8.8.8:1", VIP)).isEqualTo(B);
        assertThat(fixture.open("10.8.8.8:2", VIP)).isEqualTo(B);
    }

    @Test
    void apply_refusedListRemovesTheServerForAMoment_drainGoesOn() {
        fixture.addService(web().build(), A, B);
        openAt(A, 10);
        Drain drain = drain("PT100S");
        assertThatThrownBy(() -> director.apply(List.of(
                        new ConfigurationChange.ServerRemoved(WEB, RealServer.of(A)),
                        new ConfigurationChange.ServerRemoved(WEB, RealServer.of("192.168.1.9:80")))))
                .isInstanceOf(DirectorException.class);
        assertThat(weight(A)).isZero();
        assertThat(fixture.open("10.8.8.8:1", VIP)).isEqualTo(B);
        fixture.advance(101);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
    }

    @Test
    void removeServer_draining_connectionsStillEndAtTheDeadline() {
        fixture.addService(web().build(), A, B);
        Connection held = holdAt(A);
        Drain drain = drain("PT100S");
        fixture.removeServer(WEB, A);
        fixture.advance(50);
        assertThat(held.expired()).isFalse();
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        fixture.advance(51);
        assertThat(held.expired()).isTrue();
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        held.close();
        fixture.advance(300);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.REMOVED);
        assertThat(director.drains()).isEmpty();
        assertThat(drain.abort()).isFalse();
        director.addServer(WEB, RealServer.of(A));
        assertThat(weight(A)).as("another server, long after").isOne();
    }

    @Test
    void addServer_removedWhileDraining_isStillDrained() {
        fixture.addService(web().build(), A, B);
        Drain drain = drain("PT100S");
        fixture.removeServer(WEB, A);
        fixture.advance(30);
        director.addServer(WEB, RealServer.of(A));
        assertThat(weight(A)).isZero();
        assertThat(fixture.open("10.8.8.8:1", VIP)).isEqualTo(B);
        assertThat(fixture.open("10.8.8.8:2", VIP)).isEqualTo(B);
        drain.abort();
        assertThat(weight(A)).isOne();
    }

    // ---- persistence

    private static VirtualService persistent() {
        return web().persistence(Persistence.of(AddressFamily.IPV4, 1000)).build();
    }

    /** Opens and closes a connection of each of some clients; returns the address of one on the server. */
    private String persistentClientOf(String server) {
        for (int client = 1; ; client++) {
            String address = "10.9.9." + client;
            if (fixture.open(address + ":1000", VIP).equals(server)) {
                return address;
            }
        }
    }

    @Test
    void drain_persistentClient_mayComeBackUntilThePacingBegins() {
        fixture.addService(persistent(), A, B);
        String client = persistentClientOf(A);
        fixture.packet(DirectorFixture.tcp(client + ":1000", VIP), DirectorFixture.RST);
        Drain drain = drain("PT100S");
        fixture.advance(80);
        assertThat(drain.progress().persistent()).isOne();
        assertThat(drain.progress().active() + drain.progress().inactive()).isZero();
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINING);
        assertThat(fixture.open(client + ":1001", VIP)).isEqualTo(A);
        fixture.advance(11);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.ENDING);
        assertThat(fixture.open(client + ":1002", VIP))
                .as("its next connection")
                .isEqualTo(B);
        assertThat(fixture.packet(DirectorFixture.tcp(client + ":1001", VIP), DirectorFixture.ACK))
                .as("its present one")
                .isEqualTo(A);
        fixture.advance(10);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().persistent()).isZero();
    }

    @Test
    void drain_expireQuiescentTemplate_persistentClientIsPlacedElsewhereAtOnce() {
        fixture.setSysctl(Sysctl.EXPIRE_QUIESCENT_TEMPLATE, 1);
        fixture.addService(persistent(), A, B);
        String client = persistentClientOf(A);
        Drain drain = drain("PT100S");
        assertThat(fixture.open(client + ":1001", VIP)).isEqualTo(B);
        fixture.packet(DirectorFixture.tcp(client + ":1000", VIP), DirectorFixture.RST);
        fixture.advance(15);
        assertThat(phase(drain)).as("templates are not waited for").isEqualTo(Drain.Phase.DRAINED);
        assertThat(drain.progress().persistent()).isZero();
    }

    // ---- ending without a drain

    @Test
    void endConnections_serverInService_thoseOfNowEndAndItStaysInService() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Connection held = holdAt(A);
        assertThat(director.endConnections(WEB, SERVER_A, Duration.ofSeconds(10)))
                .isEqualTo(101);
        fixture.advance(5);
        assertThat(fixture.connectionsOf(WEB, A)).isBetween(50, 51);
        Connection later = holdAt(A);
        fixture.advance(6);
        assertThat(held.expired()).isTrue();
        assertThat(later.expired()).isFalse();
        assertThat(fixture.connectionsOf(WEB, A)).isOne();
        assertThat(weight(A)).isOne();
        assertThat(director.isDraining()).isFalse();
        held.close();
        later.close();
    }

    @Test
    void endConnections_zero_allEndAtOnce() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Connection unlisted;
        do {
            unlisted = director.open(WEB);
        } while (!unlisted.destination().equals(SERVER_A));
        director.endConnections(WEB, SERVER_A, Duration.ZERO);
        assertThat(unlisted.expired()).isTrue();
        assertThat(fixture.connectionsOf(WEB, A)).isZero();
        fixture.advance(0.001);
        Connection next;
        do {
            next = director.open(WEB);
        } while (!next.destination().equals(SERVER_A));
        fixture.advance(1);
        assertThat(next.expired()).as("a connection opened later").isFalse();
    }

    @Test
    void endConnections_removedServer_itsConnectionsEnd() {
        fixture.addService(web().build(), A, B);
        Connection held = holdAt(A);
        fixture.removeServer(WEB, A);
        director.endConnections(WEB, SERVER_A, Duration.ZERO);
        assertThat(held.expired()).isTrue();
        held.close();
        fixture.advance(400);
        assertThatThrownBy(() -> director.endConnections(WEB, SERVER_A, Duration.ZERO))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("no such server");
    }

    @Test
    void endConnections_drainingServer_replacesTheDeadline() {
        fixture.addService(web().build(), A, B);
        openAt(A, 100);
        Drain drain = drain("PT1000S");
        director.endConnections(WEB, SERVER_A, Duration.ofSeconds(10));
        fixture.advance(5);
        assertThat(drain.progress().active()).isEqualTo(50);
        fixture.advance(5);
        assertThat(phase(drain)).isEqualTo(Drain.Phase.DRAINED);
    }

    // ---- failed servers

    @Test
    void release_failedServer_udpConnectionsAndTemplatesGo() {
        ServiceKey dns = fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.1:53"))
                        .scheduler("rr")
                        .build(),
                "192.168.1.1:53",
                "192.168.1.2:53");
        fixture.addService(persistent(), A, B);
        String client = persistentClientOf(A);
        fixture.datagram("10.9.9.9:1", "10.0.0.1:53");
        fixture.datagram("10.9.9.9:2", "10.0.0.1:53");
        Connection first = director.open(DirectorFixture.udp("10.9.9.9:3", "10.0.0.1:53"));
        Connection second = director.open(DirectorFixture.udp("10.9.9.9:4", "10.0.0.1:53"));

        fixture.removeServer(dns, "192.168.1.1:53");
        fixture.setWeight(WEB, A, 0);
        assertThat(fixture.open(client + ":1001", VIP)).isEqualTo(A);
        assertThat(director.release(dns, Endpoint.parse("192.168.1.1:53"))).isEqualTo(2);
        assertThat(director.release(WEB, SERVER_A)).isOne();
        assertThat(director.release(WEB, Endpoint.parse("192.168.1.77:80"))).isZero();

        assertThat(fixture.datagram("10.9.9.9:1", "10.0.0.1:53")).isEqualTo("192.168.1.2:53");
        assertThat(fixture.datagram("10.9.9.9:2", "10.0.0.1:53")).isEqualTo("192.168.1.2:53");
        assertThat(List.of(first.expired(), second.expired())).containsExactlyInAnyOrder(true, false);
        assertThat(fixture.open(client + ":1002", VIP)).isEqualTo(B);
        assertThat(fixture.packet(DirectorFixture.tcp(client + ":1001", VIP), DirectorFixture.ACK))
                .as("TCP connections stay")
                .isEqualTo(A);
        first.close();
        second.close();
    }

    // ---- options

    @Test
    void drainOptions_outOfRange_areRefusedTogether() {
        assertThatThrownBy(() -> new DrainOptions(Duration.ofDays(366), Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deadline PT8784H is outside")
                .hasMessageContaining("pacing PT-1S is outside");
        assertThatThrownBy(() -> DrainOptions.within(Duration.ofSeconds(1)).withPacing(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(DrainOptions.within(Duration.ofSeconds(300)).pacing()).isEqualTo(Duration.ofSeconds(30));
    }
}
