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

/** The handle of the socket plane, from opening to closing. */
class ConnectionTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String OLD = "192.168.1.1:8080";
    private static final String NEW = "192.168.1.2:8080";
    private static final Flow FLOW = DirectorFixture.tcp("10.1.0.1:4000", VIP);

    private final DirectorFixture rig = new DirectorFixture();
    private final ServiceKey web = rig.service(
            VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), OLD, NEW);

    private void counts(String server, int active, int inactive) {
        assertThat(rig.server(web, server).active()).isEqualTo(active);
        assertThat(rig.server(web, server).inactive()).isEqualTo(inactive);
    }

    @Test
    void open_accepted_saysWhereToAndIsListed() {
        Connection connection = rig.director.open(FLOW);
        assertThat(connection.accepted()).isTrue();
        assertThat(connection.verdict()).isEqualTo(Verdict.FORWARD);
        assertThat(connection.service()).isEqualTo(web);
        assertThat(connection.server()).isEqualTo(RealServer.builder(NEW).build());
        assertThat(connection.destination()).hasToString(NEW);
        assertThat(connection.serverPresent()).isTrue();
        assertThat(connection.onePacket()).isFalse();
        assertThat(rig.director.connections())
                .containsExactly(new ConnectionSnapshot(
                        Protocol.TCP,
                        ConnectionState.SYN_RECV,
                        TimeUnit.SECONDS.toNanos(60),
                        Endpoint.parse("10.1.0.1:4000"),
                        Endpoint.parse(VIP),
                        Endpoint.parse(NEW)));
        counts(NEW, 1, 0);
    }

    @Test
    void states_clientFinishesFirst() {
        Connection connection = rig.director.open(FLOW);
        connection.established();
        state("ESTABLISHED", 900, 1);
        connection.clientFinished();
        state("CLOSE_WAIT", 60, 0);
        connection.clientFinished();
        state("CLOSE_WAIT", 60, 0);
        connection.serverFinished();
        state("TIME_WAIT", 120, 0);
        connection.clientFinished();
        connection.serverFinished();
        state("TIME_WAIT", 120, 0);
    }

    @Test
    void states_serverFinishesFirst() {
        Connection connection = rig.director.open(FLOW);
        connection.established();
        connection.serverFinished();
        state("FIN_WAIT", 120, 0);
        connection.serverFinished();
        state("FIN_WAIT", 120, 0);
        connection.clientFinished();
        state("TIME_WAIT", 120, 0);
    }

    @Test
    void states_clientFinishesBeforeTheServerIsReached_staysInactive() {
        Connection connection = rig.director.open(FLOW);
        connection.clientFinished();
        state("CLOSE_WAIT", 60, 0);
        connection.established();
        state("CLOSE_WAIT", 60, 0);
        connection.serverFinished();
        state("TIME_WAIT", 120, 0);
    }

    private void state(String state, int seconds, int active) {
        assertThat(rig.state()).isEqualTo(state);
        assertThat(DirectorFixture.seconds(rig.connection())).as(state).isEqualTo(seconds);
        counts(NEW, active, 1 - active);
    }

    @Test
    void states_bothFinishAtOnce_alwaysEndInTimeWait() throws Exception {
        race(
                2,
                3000,
                () -> {
                    Connection connection = rig.director.open(FLOW);
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
                    assertThat(rig.state()).isEqualTo("TIME_WAIT");
                    connection.close();
                });
        counts(NEW, 0, 0);
        counts(OLD, 0, 0);
    }

    @Test
    void close_eightThreadsAtOnce_releasesOnce() throws Exception {
        Connection other = rig.director.open(FLOW);
        race(
                8,
                500,
                () -> rig.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP)),
                (connection, thread) -> connection.close(),
                connection -> assertThat(rig.connectionsOf(web, OLD) + rig.connectionsOf(web, NEW))
                        .isEqualTo(1));
        other.close();
        counts(NEW, 0, 0);
        counts(OLD, 0, 0);
        assertThat(rig.listed()).isEmpty();
    }

    private interface Step<T> {
        T run() throws Exception;
    }

    private interface Racer {
        void run(Connection connection, int thread);
    }

    private interface Check {
        void run(Connection connection);
    }

    private static void race(int threads, int rounds, Step<Connection> before, Racer racer, Check after)
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
                        racer.run(connection, thread);
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
        Connection connection = rig.director.open(FLOW);
        connection.close();
        connection.close();
        connection.established();
        connection.clientFinished();
        connection.serverFinished();
        counts(NEW, 0, 0);
        assertThat(rig.listed()).isEmpty();
        assertThat(connection.destination()).hasToString(NEW);
    }

    @Test
    void open_idleForLong_staysUntilClosed() {
        Connection connection = rig.director.open(FLOW);
        connection.established();
        rig.pass(5000);
        assertThat(rig.connection().expiresInNanos()).isZero();
        counts(NEW, 1, 0);
        connection.received(1);
        assertThat(DirectorFixture.seconds(rig.connection())).isEqualTo(900);
        connection.close();
        counts(NEW, 0, 0);
    }

    @Test
    void open_twiceOnOneTuple_bothCountAndAreListedUntilClosed() {
        Connection first = rig.director.open(FLOW);
        Connection second = rig.director.open(FLOW);
        assertThat(second.destination()).isNotEqualTo(first.destination());
        counts(NEW, 1, 0);
        counts(OLD, 1, 0);
        assertThat(rig.listed())
                .extracting(ConnectionSnapshot::server)
                .containsExactlyInAnyOrder(first.destination(), second.destination());

        first.close();
        assertThat(rig.connection().server()).isEqualTo(second.destination());
        counts(NEW, 0, 0);
        second.close();
        counts(OLD, 0, 0);
        assertThat(rig.listed()).isEmpty();
    }

    @Test
    void retry_releasesTheFailedServerAndTriesEachOnce() {
        Connection first = rig.director.open(FLOW);
        Connection second = first.retry();
        assertThat(second.destination()).hasToString(OLD);
        counts(NEW, 0, 0);
        counts(OLD, 1, 0);
        Connection third = second.retry();
        assertThat(third.accepted()).isFalse();
        assertThat(third.verdict()).isEqualTo(Verdict.REJECT);
        counts(OLD, 0, 0);
        assertThat(rig.listed()).isEmpty();
        assertThat(rig.director.open(FLOW).accepted())
                .as("a new attempt starts afresh")
                .isTrue();
    }

    @Test
    void retry_afterTheServiceIsGone_passes() {
        Connection first = rig.director.open(FLOW);
        rig.director.removeService(web);
        Connection second = first.retry();
        assertThat(second.verdict()).isEqualTo(Verdict.PASS);
        assertThat(second.service()).isNull();
    }

    @Test
    void retry_keepsTheMark() {
        ServiceKey marked = rig.service(
                VirtualService.builder(ServiceKey.mark(9)).scheduler("rr").build(), "192.168.2.1:1", "192.168.2.2:2");
        Connection first =
                rig.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP).mark(9));
        assertThat(first.service()).isEqualTo(marked);
        assertThat(first.retry().destination()).hasToString("192.168.2.1:1");
    }

    @Test
    void retry_singleDatagram_goesOutForTheSameClientAndPort() {
        ServiceKey every = rig.service(
                VirtualService.builder(ServiceKey.mark(9))
                        .scheduler("rr")
                        .onePacket(true)
                        .build(),
                "192.168.2.1",
                "192.168.2.2");
        Connection first = rig.director.open(
                DirectorFixture.udp("10.1.0.1:4000", "10.0.0.100:53").mark(9));
        assertThat(first.onePacket()).isTrue();
        assertThat(first.destination()).hasToString("192.168.2.2:53");
        Connection second = first.retry();
        assertThat(second.onePacket()).isTrue();
        assertThat(second.destination()).hasToString("192.168.2.1:53");
        assertThat(rig.listed()).isEmpty();
        second.close();
        assertThat(rig.connectionsOf(every, "192.168.2.1:0")).isZero();
    }

    @Test
    void open_byKeyServerWithoutPort_getsThePortOfTheService() {
        rig.director.addServer(web, RealServer.builder("192.168.1.3").build());
        assertThat(rig.director.open(web).destination()).hasToString("192.168.1.3:80");
    }

    @Test
    void refusedHandle_everyQuestionAboutTheServer_throwsAndSaysWhy() {
        Connection refused = rig.director.open(DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.100:81"));
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
                        .hasMessageContaining("PASS"));
        refused.close();
        refused.close();
    }

    @Test
    void open_noServer_rejectsAndNamesTheService() {
        rig.weight(web, OLD, 0);
        rig.weight(web, NEW, 0);
        Connection refused = rig.director.open(FLOW);
        assertThat(refused.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(refused.service()).isEqualTo(web);
        assertThat(rig.director.service(web).traffic().connections()).isZero();
    }

    @Test
    void udpHandle_statesDoNotApply() {
        ServiceKey dns = rig.service(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        Connection connection = rig.director.open(DirectorFixture.udp("10.1.0.1:4000", "10.0.0.100:53"));
        connection.established();
        connection.clientFinished();
        assertThat(rig.state()).isEqualTo("UDP");
        assertThat(DirectorFixture.seconds(rig.connection())).isEqualTo(300);
        assertThat(rig.server(dns, "192.168.1.1:53").active()).isZero();
        assertThat(rig.server(dns, "192.168.1.1:53").inactive()).isEqualTo(1);
        connection.close();
        assertThat(rig.connectionsOf(dns, "192.168.1.1:53")).isZero();
    }
}
