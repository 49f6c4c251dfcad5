package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;

/** {@code mh} against tables recorded from IPVS, and {@code mh-stable} against its differences to {@code mh}. */
final class MaglevHashingTest {
    /** Servers .3, .2, .1 of 192.168.10.0/24: the list after .1, .2 and .3 were added. */
    private static final Endpoint[] NEWEST_FIRST = {
        Endpoint.parse("192.168.10.3:80"), Endpoint.parse("192.168.10.2:80"), Endpoint.parse("192.168.10.1:80")
    };

    private static int[] shares(MaglevTable table, int servers) {
        int[] shares = new int[servers];
        for (int slot = 0; slot < table.size(); slot++) {
            shares[table.at(slot)]++;
        }
        return shares;
    }

    private static Endpoint[] servers(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> Endpoint.parse(TestService.endpoint(i)))
                .toArray(Endpoint[]::new);
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void table_threeEqualServers_sameAsIpvs() {
        MaglevTable table = MaglevTable.of(NEWEST_FIRST, new int[] {1, 1, 1}, 4093);
        assertThat(shares(table, 3)).containsExactly(1365, 1364, 1364);
        String hosts = IntStream.range(0, 20)
                .mapToObj(slot -> String.valueOf(3 - table.at(slot)))
                .collect(Collectors.joining(" "));
        assertThat(hosts).isEqualTo("3 1 1 2 3 3 3 2 1 2 1 1 1 1 2 3 3 2 2 3");
    }

    @Test
    void table_weightsOneTwoThree_sharesByWeight() {
        assertThat(shares(MaglevTable.of(NEWEST_FIRST, new int[] {3, 2, 1}, 4093), 3))
                .containsExactly(2047, 1364, 682);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 3711, 2", "10.0.0.2, 1884, 3", "192.168.1.1, 2456, 2", "203.0.113.7, 1705, 1"})
    void pick_threeEqualServers_sameAsIpvs(String client, int slot, int host) {
        TestService service = new TestService("mh", EnumSet.noneOf(SchedulerFlag.class));
        for (int i = 1; i <= 3; i++) {
            service.add("192.168.10." + i + ":80", 1);
        }
        int folded = AddressHash.source(TestService.from(client + ":1234"), false);
        assertThat(MaglevTable.of(NEWEST_FIRST, ones(3), 4093).slot(folded, 0)).isEqualTo(slot);
        assertThat(service.host(TestService.from(client + ":1234"))).isEqualTo(host);
    }

    @Test
    void slotsPerTurn_weights_reducedToSixBits() {
        assertThat(MaglevTable.slotsPerTurn(new int[] {10, 20, 0})).containsExactly(1, 2, 0);
        assertThat(MaglevTable.slotsPerTurn(new int[] {1, 255})).containsExactly(1, 63);
        assertThat(MaglevTable.slotsPerTurn(new int[] {0, 0})).containsExactly(0, 0);
        assertThat(MaglevTable.slotsPerTurn(new int[] {Integer.MAX_VALUE, 1})).containsExactly(63, 1);
    }

    @ParameterizedTest
    @CsvSource({"4093, 10, 1.16", "4093, 50, 2.32", "4093, 100, 2.98"})
    void table_oneServerLeaves_fewSlotsOfOthersMove(int size, int servers, double percent) {
        // The mean over every server that may leave.
        Endpoint[] all = servers(servers);
        MaglevTable before = MaglevTable.of(all, ones(servers), size);
        double moved = 0;
        for (int gone = 0; gone < servers; gone++) {
            int[] weights = ones(servers);
            weights[gone] = 0;
            MaglevTable after = MaglevTable.of(all, weights, size);
            int others = 0;
            int changed = 0;
            for (int slot = 0; slot < size; slot++) {
                if (before.at(slot) != gone) {
                    others++;
                    changed += before.at(slot) != after.at(slot) ? 1 : 0;
                }
            }
            moved += 100.0 * changed / others / servers;
        }
        assertThat(moved).isCloseTo(percent, within(percent / 3));
    }

    @Test
    void edit_toWeightZero_slotsKeptAndRefused() {
        TestService service = TestService.of("mh", 1, 1, 1);
        String before = service.hosts(300);
        service.edit(TestService.endpoint(2), 0);
        assertThat(service.hosts(300)).isEqualTo(before.replace('2', '0'));
        service.edit(TestService.endpoint(2), 1);
        assertThat(service.hosts(300)).isEqualTo(before);
    }

    @Test
    void fallback_quiescedServer_onlyItsClientsMove() {
        TestService service = TestService.of("mh", SchedulerFlag.FALLBACK, 1, 1, 1);
        String[] before = service.hosts(300).split(" ");
        service.edit(TestService.endpoint(2), 0);
        String[] after = service.hosts(300).split(" ");
        for (int i = 0; i < before.length; i++) {
            if (before[i].equals("2")) {
                assertThat(after[i]).isIn("1", "3");
            } else {
                assertThat(after[i]).isEqualTo(before[i]);
            }
        }
        assertThat(after).contains("1", "3");
    }

    @Test
    void pick_portFlag_oneClientSpread() {
        TestService service = TestService.of("mh", 1, 1, 1);
        TestService withPort = TestService.of("mh", SchedulerFlag.PORT, 1, 1, 1);
        assertThat(IntStream.range(1024, 1100)
                        .map(port -> service.host(TestService.from("10.0.0.9:" + port)))
                        .distinct())
                .hasSize(1);
        assertThat(IntStream.range(1024, 1100)
                        .map(port -> withPort.host(TestService.from("10.0.0.9:" + port)))
                        .distinct())
                .hasSize(3);
    }

    @Test
    void serverAdded_moreServersThanSlots_refusedWithNumbers() {
        TestServers servers = TestServers.none();
        for (int i = 0; i < 4094; i++) {
            servers =
                    servers.with(RealServer.builder(TestService.endpoint(i + 1)).build(), new TestServers.Live(i));
        }
        TestServers tooMany = servers;
        Scheduler scheduler = TestService.of("mh").view.scheduler();
        assertThatThrownBy(() -> scheduler.serverAdded(tooMany))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mh")
                .hasMessageContaining("4093")
                .hasMessageContaining("4094");
        assertThat(scheduler.serverAdded(tooMany.without(0))).isNotNull();
    }

    @Test
    void stable_anyOrderOfAddition_samePicks() {
        TestService forth = TestService.of("mh-stable", 1, 2, 3, 4, 5);
        TestService back = TestService.of("mh-stable");
        for (int i = 5; i >= 1; i--) {
            back.add(TestService.endpoint(i), i);
        }
        assertThat(back.hosts(2000)).isEqualTo(forth.hosts(2000));
        assertThat(TestService.of("mh", 5, 4, 3, 2, 1).hosts(2000)).isNotEqualTo(forth.hosts(2000));
    }

    @Test
    void stable_quiescedServer_slotsAssignedToOthers() {
        TestService service = TestService.of("mh-stable", 1, 1, 1, 1);
        String[] before = service.hosts(2000).split(" ");
        service.edit(TestService.endpoint(2), 0);
        String[] after = service.hosts(2000).split(" ");
        int moved = 0;
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isIn("1", "3", "4");
            moved += !before[i].equals("2") && !before[i].equals(after[i]) ? 1 : 0;
        }
        assertThat(moved).isLessThan(before.length / 50);
    }

    @Test
    void stable_unevenWeights_sharesByWeightAndNoneEmpty() {
        int servers = 400;
        int[] weights = IntStream.range(0, servers).map(i -> i < 399 ? 64 : 1).toArray();
        int[] shares = shares(MaglevTable.byEndpoint(servers(servers), weights, 16_381), servers);
        assertThat(shares[399]).isEqualTo(1);
        for (int i = 0; i < 399; i++) {
            assertThat(shares[i]).isBetween(40, 42);
        }
        assertThat(shares(MaglevTable.byEndpoint(NEWEST_FIRST, new int[] {3, 2, 1}, 4093), 3))
                .containsExactly(2046, 1364, 683);
    }
}
