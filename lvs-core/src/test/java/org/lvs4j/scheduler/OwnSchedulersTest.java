package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/** The schedulers that are not part of IPVS. */
final class OwnSchedulersTest {
    // ---- mh-bounded

    @Test
    void bounded_fewBusyClients_noServerExceedsItsLimit() {
        int[] weights = {1, 2, 3, 4, 1, 2, 3, 4};
        TestService service = TestService.of("mh-bounded", weights);
        TestServers servers = service.view.servers();
        Random random = new Random(5);
        for (int total = 0; total < 5000; total++) {
            int client = (int) (1000 * Math.pow(random.nextDouble(), 8));
            int index = service.pick(TestService.flow(client));
            double share = 1.25 * (total + 1) * servers.weight(index) / 20;
            assertThat(servers.live(index).active.incrementAndGet()).isLessThanOrEqualTo((int) Math.ceil(share));
        }
    }

    @Test
    void bounded_noLoad_equalsMhStable() {
        assertThat(TestService.of("mh-bounded", 1, 2, 3).hosts(500))
                .isEqualTo(TestService.of("mh-stable", 1, 2, 3).hosts(500));
    }

    @Test
    void bounded_fullServer_clientMovesToOneOther() {
        TestService service = TestService.of("mh-bounded", 1, 1, 1);
        Flow flow = TestService.flow(1);
        int first = service.host(flow);
        service.live(TestService.endpoint(first)).active.set(10);
        int second = service.host(flow);
        assertThat(second).isNotEqualTo(first);
        assertThat(service.host(flow)).isEqualTo(second);
        service.live(TestService.endpoint(first)).active.set(0);
        assertThat(service.host(flow)).isEqualTo(first);
    }

    // ---- rendezvous

    @Test
    void rendezvous_weights_sharesByWeight() {
        TestService service = TestService.of("rendezvous", 1, 2, 3, 3, 1);
        int clients = 40_000;
        int[] picked = new int[6];
        for (int i = 0; i < clients; i++) {
            picked[service.host(TestService.flow(i))]++;
        }
        double[] shares = {0, 0.1, 0.2, 0.3, 0.3, 0.1};
        for (int host = 1; host <= 5; host++) {
            assertThat((double) picked[host] / clients).isCloseTo(shares[host], within(0.01));
        }
    }

    @Test
    void rendezvous_serverUnavailable_onlyItsClientsMove() {
        TestService service = TestService.of("rendezvous", 1, 2, 3, 3);
        String[] before = service.hosts(3000).split(" ");
        service.live(TestService.endpoint(3)).overloaded = true;
        String[] overloaded = service.hosts(3000).split(" ");
        service.remove(TestService.endpoint(3));
        String[] removed = service.hosts(3000).split(" ");
        assertThat(overloaded).isEqualTo(removed);
        for (int i = 0; i < before.length; i++) {
            if (!before[i].equals("3")) {
                assertThat(removed[i]).isEqualTo(before[i]);
            }
        }
        service.add(TestService.endpoint(3), 3);
        assertThat(service.hosts(3000).split(" ")).as("at another index").isEqualTo(before);
    }

    @Test
    void rendezvous_weightRaised_clientsMoveOnlyToThatServer() {
        TestService service = TestService.of("rendezvous", 2, 2, 2);
        String[] before = service.hosts(3000).split(" ");
        service.edit(TestService.endpoint(2), 5);
        String[] after = service.hosts(3000).split(" ");
        int gained = 0;
        for (int i = 0; i < before.length; i++) {
            gained += before[i].equals(after[i]) ? 0 : 1;
            assertThat(after[i]).isIn(before[i], "2");
        }
        assertThat(gained / 3000.0).isCloseTo(5 / 9.0 - 1 / 3.0, within(0.03));
    }

    @Test
    void rendezvous_portFlag_oneClientSpread() {
        TestService service = TestService.of("rendezvous", SchedulerFlag.PORT, 1, 1);
        int[] picked = new int[3];
        for (int port = 1; port <= 1000; port++) {
            picked[service.host(TestService.from("10.0.0.1:" + port))]++;
        }
        assertThat(picked[1]).isBetween(440, 560);
    }

    // ---- peak-ewma

    private static void observe(TestService service, int host, long millis) {
        service.view
                .scheduler()
                .latencyObserved(service.live(TestService.endpoint(host)).id, TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static int pick(TestService service) {
        return service.host(TestService.flow(1));
    }

    @Test
    void ewma_slowServer_avoidedUntilItsAverageDecays() {
        TestService service = TestService.of("peak-ewma", 1, 1);
        observe(service, 1, 5);
        observe(service, 2, 50);
        assertThat(pick(service)).isEqualTo(1);
        service.live(TestService.endpoint(1)).active.set(8);
        assertThat(pick(service)).as("9 x 5 ms against 50 ms").isEqualTo(1);
        service.live(TestService.endpoint(1)).active.set(10);
        assertThat(pick(service)).as("11 x 5 ms against 50 ms").isEqualTo(2);
        service.live(TestService.endpoint(1)).active.set(0);
        for (int second = 0; second < 30; second++) {
            service.advanceSeconds(1);
            observe(service, 1, 5);
        }
        assertThat(pick(service)).as("50 ms decayed for 30 s").isEqualTo(2);
    }

    @Test
    void ewma_peak_raisesAtOnceAndDecays() {
        LatencyAverage average = new LatencyAverage();
        assertThat(average.nanos(0)).isNaN();
        average.observe(100, 0);
        average.observe(1000, 1);
        assertThat(average.nanos(1)).isCloseTo(1000, within(0.01));
        long tenSeconds = TimeUnit.SECONDS.toNanos(10);
        average.observe(100, 1 + tenSeconds);
        assertThat(average.nanos(1 + tenSeconds)).isCloseTo(1000 / Math.E + 100 * (1 - 1 / Math.E), within(0.01));
    }

    @Test
    void ewma_newServer_oneConnectionUntilFirstReport() {
        TestService service = TestService.of("peak-ewma", 1, 1);
        observe(service, 1, 5);
        assertThat(pick(service)).isEqualTo(2);
        service.live(TestService.endpoint(2)).active.set(1);
        assertThat(pick(service)).isEqualTo(1);
        observe(service, 2, 1);
        assertThat(pick(service)).isEqualTo(2);
    }

    @Test
    void ewma_weight_dividesCost() {
        TestService service = TestService.of("peak-ewma", 4, 1);
        observe(service, 1, 30);
        observe(service, 2, 10);
        assertThat(pick(service)).isEqualTo(1);
    }

    @Test
    void ewma_listChanges_averagesKept() {
        TestService service = TestService.of("peak-ewma", 1, 1, 1);
        observe(service, 1, 30);
        observe(service, 2, 10);
        observe(service, 3, 20);
        assertThat(pick(service)).isEqualTo(2);
        service.add(TestService.endpoint(4), 1);
        observe(service, 4, 40);
        assertThat(pick(service)).isEqualTo(2);
        service.remove(TestService.endpoint(3));
        assertThat(pick(service)).isEqualTo(2);
        service.edit(TestService.endpoint(2), 0);
        assertThat(pick(service)).isEqualTo(1);
        service.view.scheduler().latencyObserved(9999, 1);
        assertThat(pick(service)).isEqualTo(1);
    }
}
