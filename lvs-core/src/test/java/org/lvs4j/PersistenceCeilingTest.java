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
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Templates at their ceiling and under racing threads: none is counted twice, none is forgotten. */
class PersistenceCeilingTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String[] SERVERS = {"192.168.1.1:80", "192.168.1.2:80", "192.168.1.3:80"};

    private static ServiceKey addWeb(DirectorFixture rig) {
        return rig.service(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(300)
                        .build(),
                SERVERS);
    }

    private static int persistent(DirectorFixture rig, ServiceKey key) {
        return rig.director.service(key).servers().stream()
                .mapToInt(ServerSnapshot::persistent)
                .sum();
    }

    private static int connections(DirectorFixture rig, ServiceKey key) {
        return rig.director.service(key).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    @Test
    void packet_moreClientsThanTemplates_someAreEvictedAndCounted() {
        DirectorFixture rig = new DirectorFixture(builder -> builder.maxTemplates(16));
        ServiceKey web = addWeb(rig);
        for (int client = 0; client < 1000; client++) {
            assertThat(rig.open("10.1." + client / 250 + "." + client % 250 + ":4000", VIP))
                    .endsWith(":80");
        }
        assertThat(rig.templates()).hasSizeLessThanOrEqualTo(16).isNotEmpty();
        assertThat(rig.director.limits().templatesEvicted())
                .isEqualTo(1000 - rig.templates().size());
        assertThat(persistent(rig, web)).isEqualTo(rig.templates().size());
        assertThat(connections(rig, web)).isEqualTo(1000);

        rig.pass(901);
        rig.pass(61);
        assertThat(rig.listed()).isEmpty();
        assertThat(rig.templates()).isEmpty();
        assertThat(persistent(rig, web)).isZero();
        assertThat(connections(rig, web)).isZero();
    }

    @Test
    void packet_regularClientAmidAFlood_keepsItsServer() {
        DirectorFixture rig = new DirectorFixture(builder -> builder.maxTemplates(100));
        addWeb(rig);
        String regular = "";
        for (int i = 0; i < 20; i++) {
            regular = rig.open("10.9.9.9:" + (4000 + i), VIP);
        }
        for (int client = 0; client < 5000; client++) {
            rig.syn("10.1." + client / 250 + "." + client % 250 + ":4000", VIP);
            if (client % 100 == 0) {
                assertThat(rig.open("10.9.9.9:" + (5000 + client), VIP)).isEqualTo(regular);
            }
        }
        assertThat(rig.director.limits().templatesEvicted()).isGreaterThan(4000);
    }

    @Test
    void packet_setAsideTemplates_countAgainstTheCeiling() {
        DirectorFixture rig = new DirectorFixture(builder -> builder.maxTemplates(8));
        ServiceKey web = addWeb(rig);
        for (int round = 0; round < 40; round++) {
            String server = rig.open("10.1.0.1:" + (4000 + round), VIP);
            rig.remove(web, server);
            rig.director.addServer(
                    web, org.lvs4j.service.RealServer.builder(server).build());
            rig.remove(web, server);
            rig.open("10.1.0.1:" + (5000 + round), VIP);
            rig.director.addServer(
                    web, org.lvs4j.service.RealServer.builder(server).build());
        }
        assertThat(rig.templates()).hasSizeLessThanOrEqualTo(8);
        assertThat(persistent(rig, web)).isEqualTo(rig.templates().size());
    }

    @Test
    void packet_racingFirstPacketsOfAClient_oneTemplateAndOneServer() throws Exception {
        int threads = 4;
        int rounds = 300;
        DirectorFixture rig = new DirectorFixture();
        ServiceKey web = addWeb(rig);
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
                        chosen.get(round).add(rig.packet(flow, DirectorFixture.SYN));
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
        assertThat(rig.templates()).hasSize(rounds);
        assertThat(persistent(rig, web)).isEqualTo(rounds);
        assertThat(connections(rig, web)).isEqualTo(rounds * threads);

        rig.pass(361);
        assertThat(persistent(rig, web)).isZero();
        assertThat(connections(rig, web)).isZero();
    }

    @Test
    void packet_racingClientsAtTheCeiling_nothingLeaks() throws Exception {
        int threads = 4;
        DirectorFixture rig = new DirectorFixture(builder -> builder.maxTemplates(32));
        ServiceKey web = addWeb(rig);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                runs.add(pool.submit(() -> {
                    for (int i = 0; i < 5000; i++) {
                        rig.syn("10.1.0." + i % 200 + ":" + (1024 + thread * 10_000 + i), VIP);
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
        // Racing threads may leave an eviction to whoever comes next.
        rig.syn("10.1.9.9:4000", VIP);
        assertThat(connections(rig, web)).isEqualTo(threads * 5000 + 1);
        assertThat(persistent(rig, web)).isEqualTo(rig.templates().size()).isLessThanOrEqualTo(32);
        rig.pass(361);
        assertThat(connections(rig, web)).isZero();
        assertThat(persistent(rig, web)).isZero();
    }
}
