package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Templates at their ceiling and under racing threads: none is counted twice, none leaks. */
class PersistenceCeilingTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String[] SERVERS = {"192.168.1.1:80", "192.168.1.2:80", "192.168.1.3:80"};

    private static ServiceKey addWeb(DirectorFixture fixture) {
        return fixture.addService(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(300)
                        .build(),
                SERVERS);
    }

    private static int persistent(DirectorFixture fixture, ServiceKey key) {
        return fixture.director.service(key).servers().stream()
                .mapToInt(ServerSnapshot::persistent)
                .sum();
    }

    private static int connections(DirectorFixture fixture, ServiceKey key) {
        return fixture.director.service(key).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    @Test
    void packet_moreClientsThanTemplates_evictionsCounted() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxTemplates(16));
        ServiceKey web = addWeb(fixture);
        for (int client = 0; client < 1000; client++) {
            assertThat(fixture.open("10.1." + client / 250 + "." + client % 250 + ":4000", VIP))
                    .endsWith(":80");
        }
        assertThat(fixture.templates()).hasSizeLessThanOrEqualTo(16).isNotEmpty();
        assertThat(fixture.director.limits().templatesEvicted())
                .isEqualTo(1000 - fixture.templates().size());
        assertThat(persistent(fixture, web)).isEqualTo(fixture.templates().size());
        assertThat(connections(fixture, web)).isEqualTo(1000);

        fixture.advance(901);
        fixture.advance(61);
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.templates()).isEmpty();
        assertThat(persistent(fixture, web)).isZero();
        assertThat(connections(fixture, web)).isZero();
    }

    @Test
    void packet_regularClientDuringFlood_keepsItsServer() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxTemplates(100));
        addWeb(fixture);
        String regular = "";
        for (int i = 0; i < 20; i++) {
            regular = fixture.open("10.9.9.9:" + (4000 + i), VIP);
        }
        for (int client = 0; client < 5000; client++) {
            fixture.syn("10.1." + client / 250 + "." + client % 250 + ":4000", VIP);
            if (client % 100 == 0) {
                assertThat(fixture.open("10.9.9.9:" + (5000 + client), VIP)).isEqualTo(regular);
            }
        }
        assertThat(fixture.director.limits().templatesEvicted()).isGreaterThan(4000);
    }

    @Test
    void packet_templatesSetAside_countedAgainstTheCeiling() {
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxTemplates(8));
        ServiceKey web = addWeb(fixture);
        for (int round = 0; round < 40; round++) {
            String server = fixture.open("10.1.0.1:" + (4000 + round), VIP);
            fixture.removeServer(web, server);
            fixture.director.addServer(
                    web, org.lvs4j.service.RealServer.builder(server).build());
            fixture.removeServer(web, server);
            fixture.open("10.1.0.1:" + (5000 + round), VIP);
            fixture.director.addServer(
                    web, org.lvs4j.service.RealServer.builder(server).build());
        }
        assertThat(fixture.templates()).hasSizeLessThanOrEqualTo(8);
        assertThat(persistent(fixture, web)).isEqualTo(fixture.templates().size());
    }

    @Test
    void packet_racingFirstPackets_oneTemplateAndOneServer() throws Exception {
        int threads = 4;
        int rounds = 300;
        DirectorFixture fixture = new DirectorFixture();
        ServiceKey web = addWeb(fixture);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Set<String>> chosen = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                chosen.add(ConcurrentHashMap.newKeySet());
            }
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                runs.add(pool.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        Flow flow = DirectorFixture.tcp(
                                "10.1." + round / 250 + "." + round % 250 + ":" + (4000 + thread), VIP);
                        start.await(20, TimeUnit.SECONDS);
                        chosen.get(round).add(fixture.packet(flow, DirectorFixture.SYN));
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get(60, TimeUnit.SECONDS);
            }
            assertThat(chosen).allSatisfy(servers -> assertThat(servers).hasSize(1));
        } finally {
            pool.shutdownNow();
        }
        assertThat(fixture.templates()).hasSize(rounds);
        assertThat(persistent(fixture, web)).isEqualTo(rounds);
        assertThat(connections(fixture, web)).isEqualTo(rounds * threads);

        fixture.advance(361);
        assertThat(persistent(fixture, web)).isZero();
        assertThat(connections(fixture, web)).isZero();
    }

    @Test
    @Tag("slow")
    void packet_racingClientsAtTheCeiling_allCountsZeroAtTheEnd() throws Exception {
        int threads = 4;
        DirectorFixture fixture = new DirectorFixture(builder -> builder.maxTemplates(32));
        ServiceKey web = addWeb(fixture);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                runs.add(pool.submit(() -> {
                    for (int i = 0; i < 5000; i++) {
                        fixture.syn("10.1.0." + i % 200 + ":" + (1024 + thread * 10_000 + i), VIP);
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        // Racing threads may leave an eviction to the next insertion.
        fixture.syn("10.1.9.9:4000", VIP);
        assertThat(connections(fixture, web)).isEqualTo(threads * 5000 + 1);
        assertThat(persistent(fixture, web))
                .isEqualTo(fixture.templates().size())
                .isLessThanOrEqualTo(32);
        fixture.advance(361);
        assertThat(connections(fixture, web)).isZero();
        assertThat(persistent(fixture, web)).isZero();
    }
}
