package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Flow;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ConnectionCeilingTest {
    private static final String VIP = "10.0.0.100:80";

    private final DirectorFixture fixture = new DirectorFixture(builder -> builder.maxConnections(3));
    private final ServiceKey web = fixture.addService(
            VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("rr").build(), "192.168.1.1:80", "192.168.1.2:80");

    private long refused() {
        return fixture.director.limits().connectionsRefused();
    }

    private int counted() {
        return fixture.connectionsOf(web, "192.168.1.1:80") + fixture.connectionsOf(web, "192.168.1.2:80");
    }

    @Test
    void packet_ceilingReached_newDroppedAndCountedEstablishedForwarded() {
        for (int client = 1; client <= 3; client++) {
            assertThat(fixture.syn("10.1.0." + client + ":4000", VIP)).endsWith(":80");
        }
        assertThat(fixture.syn("10.1.0.4:4000", VIP)).isEqualTo("DROP");
        assertThat(fixture.syn("10.1.0.4:4000", VIP)).isEqualTo("DROP");
        assertThat(refused()).isEqualTo(2);
        assertThat(counted()).isEqualTo(3);
        assertThat(fixture.syn("10.1.0.3:4000", VIP)).endsWith(":80");
        assertThat(fixture.director.service(web).traffic().connections()).isEqualTo(3);
        assertThat(fixture.syn("10.1.0.4:4000", "10.0.0.100:81"))
                .as("of no service")
                .isEqualTo("PASS");
        assertThat(refused()).isEqualTo(2);

        fixture.advance(60.1);
        assertThat(counted()).isZero();
        assertThat(fixture.syn("10.1.0.4:4000", VIP)).endsWith(":80");
        assertThat(refused()).isEqualTo(2);
    }

    @Test
    void open_ceilingReached_refusedUntilOneIsClosed() {
        Connection first = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        fixture.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP));
        fixture.director.open(DirectorFixture.tcp("10.1.0.3:4000", VIP));
        Connection refused = fixture.director.open(DirectorFixture.tcp("10.1.0.4:4000", VIP));
        assertThat(refused.verdict()).isEqualTo(Verdict.DROP);
        assertThat(refused.service()).isEqualTo(web);
        refused.close();
        assertThat(refused()).isEqualTo(1);
        assertThat(counted()).isEqualTo(3);

        first.close();
        assertThat(fixture.director
                        .open(DirectorFixture.tcp("10.1.0.4:4000", VIP))
                        .accepted())
                .isTrue();
    }

    @Test
    void retry_ceilingReached_takesThePlaceOfTheFailedConnection() {
        Connection failed = fixture.director.open(DirectorFixture.tcp("10.1.0.1:4000", VIP));
        fixture.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP));
        fixture.director.open(DirectorFixture.tcp("10.1.0.3:4000", VIP));
        assertThat(failed.retry()).isTrue();
        assertThat(refused()).isZero();
        assertThat(counted()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("slow")
    void ceiling_fourRacingThreads_neverExceeded(boolean held) throws Exception {
        int threads = 4;
        int ceiling = 20;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 400; round++) {
                Director director = Director.builder()
                        .ticker(() -> 0)
                        .maxConnections(ceiling)
                        .build();
                director.addService(VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .build());
                director.addServer(web, RealServer.builder("192.168.1.1:80").build());
                CyclicBarrier start = new CyclicBarrier(threads);
                List<Future<Integer>> all = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    int own = t;
                    all.add(pool.submit(() -> {
                        start.await();
                        int accepted = 0;
                        for (int i = 0; i < ceiling; i++) {
                            Flow flow = DirectorFixture.tcp("10." + own + ".0." + (1 + i) + ":4000", VIP);
                            boolean success = held
                                    ? director.open(flow).accepted()
                                    : Decision.verdict(director.flows().dispatch(flow, 2, 60)) == Verdict.FORWARD;
                            accepted += success ? 1 : 0;
                        }
                        return accepted;
                    }));
                }
                int accepted = 0;
                for (Future<Integer> one : all) {
                    accepted += one.get();
                }
                assertThat(accepted)
                        .as("round %d", round)
                        .isEqualTo(director.connections().size());
                assertThat(accepted).as("round %d", round).isBetween(ceiling - threads, ceiling);
                assertThat(director.limits().connectionsRefused()).isEqualTo(threads * ceiling - accepted);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void open_byKeyAtTheCeiling_accepted() {
        for (int i = 0; i < 10; i++) {
            assertThat(fixture.director.open(web).accepted()).isTrue();
        }
        assertThat(refused()).isZero();
        assertThat(counted()).isEqualTo(10);
        assertThat(fixture.listed()).isEmpty();
    }
}
