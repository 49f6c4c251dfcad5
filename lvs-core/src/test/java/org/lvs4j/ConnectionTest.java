package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A connection of the socket plane from open to close. */
class ConnectionTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:8080";
    private static final String NEW = "192.168.1.2:8080";
    private static final Flow FLOW = DirectorFixture.tcp("10.1.0.1:4000", VIP);

    private final DirectorFixture fixture = new DirectorFixture();
    private final ServiceKey web = fixture.addService(
            VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);

    private void assertCounts(String server, int active, int inactive) {
        assertThat(fixture.server(web, server).active()).isEqualTo(active);
        assertThat(fixture.server(web, server).inactive()).isEqualTo(inactive);
    }

    @Test
    void open_accepted_destinationKnownAndListed() {
        Connection connection = fixture.director.open(FLOW);
        assertThat(connection.accepted()).isTrue();
        assertThat(connection.verdict()).isEqualTo(Verdict.FORWARD);
        assertThat(connection.service()).isEqualTo(web);
        assertThat(connection.server()).isEqualTo(RealServer.builder(NEW).build());
        assertThat(connection.destination()).hasToString(NEW);
        assertThat(connection.serverPresent()).isTrue();
        assertThat(connection.onePacket()).isFalse();
        assertThat(fixture.director.connections())
                .containsExactly(new ConnectionSnapshot(
                        Protocol.TCP,
                        ConnectionState.SYN_RECV,
                        TimeUnit.SECONDS.toNanos(60),
                        Endpoint.parse("10.1.0.1:4000"),
                        Endpoint.parse(VIP),
                        Endpoint.parse(NEW)));
        assertCounts(NEW, 1, 0);
    }

    @Test
    void finished_clientFirst_statesOfIpvs() {
        Connection connection = fixture.director.open(FLOW);
        connection.established();
        assertState("ESTABLISHED", 900, 1);
        connection.clientFinished();
        assertState("CLOSE_WAIT", 60, 0);
        connection.clientFinished();
        assertState("CLOSE_WAIT", 60, 0);
        connection.serverFinished();
        assertState("TIME_WAIT", 120, 0);
        connection.clientFinished();
        connection.serverFinished();
        assertState("TIME_WAIT", 120, 0);
    }

    @Test
    void finished_serverFirst_statesOfIpvs() {
        Connection connection = fixture.director.open(FLOW);
        connection.established();
        connection.serverFinished();
        assertState("FIN_WAIT", 120, 0);
        connection.serverFinished();
        assertState("FIN_WAIT", 120, 0);
        connection.clientFinished();
        assertState("TIME_WAIT", 120, 0);
    }

    @Test
    void established_clientHasFinished_staysInactive() {
        Connection connection = fixture.director.open(FLOW);
        connection.clientFinished();
        assertState("CLOSE_WAIT", 60, 0);
        connection.established();
        assertState("CLOSE_WAIT", 60, 0);
        connection.serverFinished();
        assertState("TIME_WAIT", 120, 0);
    }

    private void assertState(String state, int seconds, int active) {
        assertThat(fixture.state()).isEqualTo(state);
        assertThat(DirectorFixture.seconds(fixture.connection())).as(state).isEqualTo(seconds);
        assertCounts(NEW, active, 1 - active);
    }

    @Test
    void finished_bothAtOnce_timeWait() throws Exception {
        race(
                2,
                3000,
                () -> {
                    Connection connection = fixture.director.open(FLOW);
                    connection.established();
                    return connection;
                },
                (connection, thread) -> {
                    if (thread == 0) {
                        connection.clientFinished();
                    } else {
                        connection.serverFinished();
                    }
                },
                connection -> {
                    assertThat(fixture.state()).isEqualTo("TIME_WAIT");
                    connection.expire();
                });
        assertCounts(NEW, 0, 0);
        assertCounts(OLD, 0, 0);
    }

    @Test
    void close_eightThreadsAtOnce_endsOnce() throws Exception {
        Connection other = fixture.director.open(FLOW);
        race(
                8,
                500,
                () -> fixture.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP)),
                (connection, thread) -> connection.close(),
                connection -> assertThat(fixture.server(web, OLD).active()
                                + fixture.server(web, NEW).active())
                        .isEqualTo(1));
        other.close();
        fixture.advance(121);
        assertCounts(NEW, 0, 0);
        assertCounts(OLD, 0, 0);
        assertThat(fixture.listed()).isEmpty();
    }

    private interface Preparation<T> {
        T run() throws Exception;
    }

    private interface RacingCall {
        void run(Connection connection, int thread);
    }

    private interface Check {
        void run(Connection connection);
    }

    private static void race(int threads, int rounds, Preparation<Connection> before, RacingCall call, Check after)
            throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            for (int round = 0; round < rounds; round++) {
                Connection connection = before.run();
                List<Future<?>> runs = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    int thread = t;
                    runs.add(pool.submit(() -> {
                        start.await(20, TimeUnit.SECONDS);
                        call.run(connection, thread);
                        return null;
                    }));
                }
                for (Future<?> run : runs) {
                    run.get(20, TimeUnit.SECONDS);
                }
                after.run(connection);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void close_thenAnyCall_changesNoCount() {
        Connection connection = fixture.director.open(FLOW);
        connection.close();
        connection.close();
        connection.established();
        connection.clientFinished();
        connection.serverFinished();
        connection.reset();
        connection.expire();
        assertState("TIME_WAIT", 120, 0);
        assertCounts(NEW, 0, 1);
        assertThat(connection).hasToString("FORWARD to " + NEW + " ended");
        assertThat(connection.destination()).hasToString(NEW);
    }

    @Test
    void open_idleForLong_listedUntilClosed() {
        Connection connection = fixture.director.open(FLOW);
        connection.established();
        fixture.advance(5000);
        assertThat(fixture.connection().expiresInNanos()).isZero();
        assertCounts(NEW, 1, 0);
        connection.received(1);
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(900);
        connection.expire();
        assertCounts(NEW, 0, 0);
    }

    @Test
    void open_twiceForOneFlow_bothCountedUntilClosed() {
        Connection first = fixture.director.open(FLOW);
        Connection second = fixture.director.open(FLOW);
        assertThat(second.destination()).isNotEqualTo(first.destination());
        assertCounts(NEW, 1, 0);
        assertCounts(OLD, 1, 0);
        assertThat(fixture.listed())
                .extracting(ConnectionSnapshot::server)
                .containsExactlyInAnyOrder(first.destination(), second.destination());

        first.close();
        assertCounts(NEW, 0, 1);
        // Only one connection of a flow lingers.
        second.close();
        assertThat(fixture.connection().server()).isEqualTo(first.destination());
        assertCounts(NEW, 0, 1);
        assertCounts(OLD, 0, 0);
    }

    @Test
    void retry_severalServers_eachTriedOnceAndReleased() {
        Connection connection = fixture.director.open(FLOW);
        assertThat(connection.retry()).isTrue();
        assertThat(connection.destination()).hasToString(OLD);
        assertCounts(NEW, 0, 0);
        assertCounts(OLD, 1, 0);
        assertThat(connection.retry()).isFalse();
        assertThat(connection.accepted()).isFalse();
        assertThat(connection.verdict()).isEqualTo(Verdict.REJECT);
        assertCounts(OLD, 0, 0);
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.director.open(FLOW).accepted())
                .as("a new connection may try every server again")
                .isTrue();
    }

    @Test
    void retry_failedServerRemovedAndAddedAgain_notTriedAgain() {
        Connection connection = fixture.director.open(FLOW);
        assertThat(connection.destination()).hasToString(NEW);
        // A reload takes the server away and the next one gives it back: it is as new, and has the least connections.
        fixture.director.removeServer(web, Endpoint.parse(NEW));
        fixture.director.addServer(web, RealServer.of(NEW));
        assertThat(connection.retry()).isTrue();
        assertThat(connection.destination()).hasToString(OLD);
        fixture.director.removeServer(web, Endpoint.parse(OLD));
        fixture.director.addServer(web, RealServer.of(OLD));
        assertThat(connection.retry()).isFalse();
    }

    @Test
    void retry_failedServerOfATemplateAddedAgain_notTriedAgain() {
        ServiceKey marked = fixture.addService(
                VirtualService.builder(ServiceKey.mark(9))
                        .scheduler("rr")
                        .persistent(300)
                        .build(),
                "192.168.2.1:1",
                "192.168.2.2:2");
        Connection connection =
                fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP).mark(9));
        assertThat(connection.destination()).hasToString("192.168.2.2:80");
        fixture.director.removeServer(marked, Endpoint.parse("192.168.2.2:2"));
        fixture.director.addServer(marked, RealServer.of("192.168.2.2:2"));
        assertThat(connection.retry()).isTrue();
        assertThat(connection.destination()).hasToString("192.168.2.1:80");
    }

    @Test
    void retry_serviceRemoved_passes() {
        Connection first = fixture.director.open(FLOW);
        fixture.director.removeService(web);
        assertThat(first.retry()).isFalse();
        assertThat(first.verdict()).isEqualTo(Verdict.PASS);
        assertThat(first.service()).isNull();
    }

    @Test
    void retry_firewallMark_kept() {
        ServiceKey marked = fixture.addService(
                VirtualService.builder(ServiceKey.mark(9)).scheduler("rr").build(), "192.168.2.1:1", "192.168.2.2:2");
        Connection first =
                fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP).mark(9));
        assertThat(first.service()).isEqualTo(marked);
        assertThat(first.retry()).isTrue();
        assertThat(first.destination()).hasToString("192.168.2.1:1");
    }

    @Test
    void retry_singleDatagram_sameClientAndPort() {
        ServiceKey every = fixture.addService(
                VirtualService.builder(ServiceKey.mark(9))
                        .scheduler("rr")
                        .onePacket(true)
                        .build(),
                "192.168.2.1",
                "192.168.2.2");
        Connection first = fixture.director.open(
                DirectorFixture.udp("10.1.0.1:4000", "10.0.0.100:53").mark(9));
        assertThat(first.onePacket()).isTrue();
        assertThat(first.destination()).hasToString("192.168.2.2:53");
        assertThat(first.retry()).isTrue();
        assertThat(first.onePacket()).isTrue();
        assertThat(first.destination()).hasToString("192.168.2.1:53");
        assertThat(fixture.listed()).isEmpty();
        first.close();
        assertThat(fixture.connectionsOf(every, "192.168.2.1:0")).isZero();
    }

    @Test
    void open_byKeyServerWithoutPort_portOfTheService() {
        fixture.director.addServer(web, RealServer.builder("192.168.1.3").build());
        assertThat(fixture.director.open(web).destination()).hasToString("192.168.1.3:80");
    }

    @Test
    void server_refusedConnection_throwsWithTheVerdict() {
        Connection refused = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.100:81"));
        assertThat(refused.accepted()).isFalse();
        assertThat(refused.verdict()).isEqualTo(Verdict.PASS);
        assertThat(refused.service()).isNull();
        assertThat(refused).hasToString("PASS");
        List<ThrowingCallable> calls = List.of(
                refused::server,
                refused::destination,
                refused::serverPresent,
                refused::established,
                refused::clientFinished,
                refused::serverFinished,
                refused::retry,
                () -> refused.received(1),
                () -> refused.sent(1),
                () -> refused.latency(1));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the connection was not accepted, the verdict is PASS; ask accepted() first"));
        refused.close();
        refused.close();
    }

    @Test
    void open_noServer_rejectedWithTheServiceKey() {
        fixture.setWeight(web, OLD, 0);
        fixture.setWeight(web, NEW, 0);
        Connection refused = fixture.director.open(FLOW);
        assertThat(refused.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(refused.service()).isEqualTo(web);
        assertThat(fixture.director.service(web).traffic().connections()).isZero();
    }

    @Test
    void established_udp_noEffect() {
        ServiceKey dns = fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        Connection connection = fixture.director.open(DirectorFixture.udp("10.1.0.1:4000", "10.0.0.100:53"));
        connection.established();
        connection.clientFinished();
        assertThat(fixture.state()).isEqualTo("UDP");
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(300);
        assertThat(fixture.server(dns, "192.168.1.1:53").active()).isZero();
        assertThat(fixture.server(dns, "192.168.1.1:53").inactive()).isEqualTo(1);
        connection.close();
        assertThat(fixture.connectionsOf(dns, "192.168.1.1:53")).isZero();
    }
}
