package org.lvs4j.examples.webcluster.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.webcluster.director.ClusterConfiguration;
import org.lvs4j.examples.webcluster.director.ConfigurationFormat;
import org.lvs4j.examples.webcluster.visitors.Tally;

class AffinityCaseTest {
    private static final ClusterConfiguration SITE =
            ClusterConfiguration.of("127.0.0.1", 8080, 8443).withServer("web1", "127.0.1.11");

    @Test
    void all_each_rulesHaveThePolicyThatTheTableShows() {
        for (AffinityCase each : AffinityCase.all()) {
            String rule = each.change()
                    .apply(SITE)
                    .text(ConfigurationFormat.RULES)
                    .lines()
                    .filter(line -> line.startsWith("-A"))
                    .findFirst()
                    .orElseThrow();
            assertThat(rule).contains(each.policy());
            assertThat(rule.contains("-p ")).isEqualTo(each.policy().contains("-p "));
        }
    }

    @Test
    void all_each_addressesAreLoopbackAndAsTheClientsSay() {
        for (AffinityCase each : AffinityCase.all()) {
            Set<InetAddress> ofOne = new HashSet<>();
            Set<InetAddress> ofMany = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                ofOne.add(each.addresses().apply(7));
                ofMany.add(each.addresses().apply(i));
            }
            assertThat(ofMany).allMatch(InetAddress::isLoopbackAddress);
            switch (each.clients()) {
                case "an address each" -> {
                    assertThat(ofOne).hasSize(1);
                    assertThat(ofMany).hasSize(100);
                }
                case "one NAT address" -> assertThat(ofMany).hasSize(1);
                default -> assertThat(ofOne).hasSizeGreaterThan(10);
            }
        }
    }

    private static Tally tally(long lost, Map<String, Long> pagesOf) {
        long pages = pagesOf.values().stream().mapToLong(Long::longValue).sum();
        return new Tally(pages, 0, 0, 0, lost, 0, 0, 0, 0, 0, pagesOf, Map.of(), Map.of(), Map.of());
    }

    @Test
    void asExpected_caseThatKeepsAndBalances_onlyWithoutLossAndWithBalance() {
        AffinityCase affinity = AffinityCase.all().stream()
                .filter(each -> each.keepsSessions() && each.balances())
                .findFirst()
                .orElseThrow();
        Map<String, Long> even = Map.of("web1", 50L, "web2", 50L);

        assertThat(AffinityResult.of(affinity, 10, tally(0, even), 2).asExpected())
                .isTrue();
        assertThat(AffinityResult.of(affinity, 10, tally(1, even), 2).asExpected())
                .isFalse();
        assertThat(AffinityResult.of(affinity, 10, tally(0, Map.of("web1", 100L)), 2)
                        .asExpected())
                .isFalse();
        assertThat(AffinityResult.of(affinity, 10, tally(0, Map.of()), 2).asExpected())
                .isFalse();
    }
}
