package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The schedulers that compare connection counts and weights, against the rules of IPVS. A host is the last byte
 * of an address.
 */
final class CountingSchedulersTest {
    private static void load(TestService service, int host, int active, int inactive) {
        service.live(TestService.endpoint(host)).active.set(active);
        service.live(TestService.endpoint(host)).inactive.set(inactive);
    }

    /** Picks without closing any connection. Returns the hosts. */
    private static String fill(TestService service, int picks) {
        StringBuilder hosts = new StringBuilder();
        for (int i = 0; i < picks; i++) {
            int host = service.host(TestService.flow(i));
            hosts.append(host);
            if (host > 0) {
                service.live(TestService.endpoint(host)).active.incrementAndGet();
            }
        }
        return hosts.toString();
    }

    @Test
    void lc_oneActive_equals256Inactive() {
        TestService service = TestService.of("lc", 1, 9);
        load(service, 1, 1, 0);
        load(service, 2, 0, 255);
        assertThat(service.hosts(1)).isEqualTo("2");
        load(service, 2, 0, 257);
        assertThat(service.hosts(1)).isEqualTo("1");
        load(service, 2, 0, 256);
        assertThat(service.hosts(1)).as("the newest wins a tie").isEqualTo("2");
    }

    @Test
    void wlc_loads_dividedByWeight() {
        TestService service = TestService.of("wlc", 1, 2);
        load(service, 1, 2, 0);
        load(service, 2, 3, 255);
        assertThat(service.hosts(1)).isEqualTo("2");
        load(service, 2, 3, 257);
        assertThat(service.hosts(1)).isEqualTo("1");
        load(service, 2, 4, 0);
        assertThat(service.hosts(1)).as("the newest wins a tie").isEqualTo("2");
    }

    @Test
    void sed_inactiveConnections_ignored() {
        TestService service = TestService.of("sed", 1, 2);
        load(service, 2, 1, 10_000);
        assertThat(service.hosts(1)).as("2/2 and 1/1").isEqualTo("2");
        load(service, 2, 2, 0);
        assertThat(service.hosts(1)).isEqualTo("1");
        assertThat(fill(TestService.of("sed", 1, 2, 3), 6)).isEqualTo("323321");
    }

    @Test
    void nq_idleServer_chosenWhateverItsWeight() {
        assertThat(fill(TestService.of("nq", 100, 1, 1), 6)).isEqualTo("321111");
    }

    @Test
    void fo_greatestWeightAvailable_getsEveryConnection() {
        TestService service = TestService.of("fo", 5, 9, 9, 0);
        assertThat(fill(service, 4)).isEqualTo("3333");
        service.live(TestService.endpoint(3)).overloaded = true;
        assertThat(fill(service, 2)).isEqualTo("22");
        service.edit(TestService.endpoint(2), 4);
        assertThat(fill(service, 2)).isEqualTo("11");
    }

    @Test
    void ovf_servers_overflowAtWeightPlusOne() {
        assertThat(fill(TestService.of("ovf", 1, 2), 7)).isEqualTo("2221100");
    }

    @Test
    void rr_listChanges_positionFollowsItsServer() {
        TestService service = TestService.of("rr", 1, 1, 1);
        assertThat(service.hosts(5)).isEqualTo("3 2 1 3 2");
        service.add(TestService.endpoint(4), 1);
        assertThat(service.hosts(2)).isEqualTo("1 4");
        service.remove(TestService.endpoint(4));
        assertThat(service.hosts(1)).isEqualTo("3");
        service.edit(TestService.endpoint(2), 0);
        assertThat(service.hosts(3)).isEqualTo("1 3 1");
    }

    @Test
    void wrr_variousWeights_sequencesOfIpvs() {
        assertThat(afterFirstRound(TestService.of("wrr", 2, 3, 4), 3)).isEqualTo("3 3 2 3 2 1 3 2 1");
        assertThat(afterFirstRound(TestService.of("wrr", 4, 3, 2), 3)).isEqualTo("1 2 1 3 2 1 3 2 1");
        assertThat(afterFirstRound(TestService.of("wrr", 1, 1, 5), 3)).isEqualTo("3 3 3 3 3 2 1 3 3");
        assertThat(afterFirstRound(TestService.of("wrr", 30, 20, 10), 3)).isEqualTo("1 2 1 3 2 1 1 2 1");
        assertThat(TestService.of("wrr", 2, 0).hosts(4)).isEqualTo("1 1 1 1");
    }

    /** The first round after the additions runs at weight 1, as recorded of IPVS. */
    private static String afterFirstRound(TestService service, int servers) {
        service.hosts(servers);
        return service.hosts(9);
    }

    @Test
    void twos_scriptedNumbers_rangesByWeightBothEndsIncluded() {
        TestService service = new TestService("twos", Set.of(), new ScriptedRandom());
        service.add(TestService.endpoint(1), 2);
        service.add(TestService.endpoint(2), 3);
        // The numbers 0 to 3 belong to the newest server, 2; 4 and 5 belong to the other one.
        script(service, 0, 3);
        assertThat(service.hosts(1)).isEqualTo("2");
        script(service, 4, 5);
        assertThat(service.hosts(1)).isEqualTo("1");
        load(service, 1, 2, 0);
        load(service, 2, 3, 1);
        script(service, 0, 4);
        assertThat(service.hosts(1)).as("3*256+1 by 3 against 2*256 by 2").isEqualTo("1");
        load(service, 2, 3, 0);
        script(service, 0, 4);
        assertThat(service.hosts(1)).as("the first drawn wins a tie").isEqualTo("2");
        script(service, 4, 0);
        assertThat(service.hosts(1)).isEqualTo("1");
        assertThat(((ScriptedRandom) service.random).bounds).containsOnly(6L);
    }

    private static void script(TestService service, long... values) {
        ((ScriptedRandom) service.random).values.clear();
        for (long value : values) {
            ((ScriptedRandom) service.random).values.add(value);
        }
    }

    /** Returns numbers in the order that a test gives them. */
    private static final class ScriptedRandom implements RandomGenerator {
        final Queue<Long> values = new ArrayDeque<>();
        final List<Long> bounds = new ArrayList<>();

        @Override
        public long nextLong() {
            throw new AssertionError("only bounded numbers are expected");
        }

        @Override
        public long nextLong(long bound) {
            bounds.add(bound);
            return values.remove();
        }
    }
}
