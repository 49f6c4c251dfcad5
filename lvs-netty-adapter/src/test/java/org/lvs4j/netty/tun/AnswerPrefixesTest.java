package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

class AnswerPrefixesTest {
    private static final long SEED = 20_261_130;
    private static final List<Integer> LENGTHS_V4 = List.of(32, 28, 24, 20, 16, 12, 8);
    private static final List<Integer> LENGTHS_V6 = List.of(128, 112, 96, 80, 64, 56, 48, 32);

    private final AnswerPrefixes prefixes = new AnswerPrefixes(AddressFamily.IPV4);

    /** Addresses 10.0.0.0, 10.0.0.16, 10.0.0.32, ...: each has a /28 of its own, and sixteen share a /24. */
    private static List<IpAddress> spread(int from, int to) {
        List<IpAddress> servers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            servers.add(IpAddress.v4((10 << 24) + i * 16));
        }
        return servers;
    }

    private int length() {
        return prefixes.prefixes().iterator().next().length();
    }

    @Test
    void change_fewServers_prefixOfEach() {
        prefixes.change(spread(0, AnswerPrefixes.MOST), List.of());

        assertThat(prefixes.prefixes()).hasSize(AnswerPrefixes.MOST).allMatch(Prefix::isHost);
    }

    @Test
    void change_oneTooMany_longestLengthWithFewEnoughPrefixes() {
        prefixes.change(spread(0, AnswerPrefixes.MOST), List.of());

        AnswerPrefixes.Difference difference =
                prefixes.change(spread(AnswerPrefixes.MOST, AnswerPrefixes.MOST + 1), List.of());

        assertThat(prefixes.prefixes()).hasSize(17).allMatch(prefix -> prefix.length() == 24);
        assertThat(difference.added()).isEqualTo(prefixes.prefixes());
        assertThat(difference.removed()).hasSize(AnswerPrefixes.MOST).allMatch(Prefix::isHost);
    }

    @Test
    void change_numberNearTheCeiling_lengthExchangedOnlyFarBelow() {
        prefixes.change(spread(0, AnswerPrefixes.MOST + 1), List.of());
        assertThat(length()).isEqualTo(24);

        prefixes.change(List.of(), spread(AnswerPrefixes.FEW + 1, AnswerPrefixes.MOST + 1));
        assertThat(length()).isEqualTo(24);

        prefixes.change(List.of(), spread(AnswerPrefixes.FEW, AnswerPrefixes.FEW + 1));
        assertThat(length()).isEqualTo(32);
        assertThat(prefixes.prefixes()).hasSize(AnswerPrefixes.FEW);
    }

    @Test
    void change_tooManyOfTheShortestPrefix_usedNevertheless() {
        AnswerPrefixes v6 = new AnswerPrefixes(AddressFamily.IPV6);
        List<IpAddress> servers = new ArrayList<>();
        for (long i = 0; i < 300; i++) {
            servers.add(IpAddress.v6(0x2001_0000_0000_0000L + (i << 32), 1));
        }

        v6.change(servers, List.of());

        assertThat(v6.prefixes()).hasSize(300).allMatch(prefix -> prefix.length() == 32);
    }

    @ParameterizedTest
    @EnumSource
    void change_randomServers_differencesLeadToPrefixesThatContainExactlyThem(AddressFamily family) {
        SplittableRandom random = new SplittableRandom(SEED);
        AnswerPrefixes tested = new AnswerPrefixes(family);
        Set<IpAddress> servers = new HashSet<>();
        Set<Prefix> rules = new HashSet<>();
        for (int round = 0; round < 200; round++) {
            Set<IpAddress> arrived = new HashSet<>();
            Set<IpAddress> left = new HashSet<>();
            boolean growing = round % 80 < 40;
            for (int i = random.nextInt(60); i > 0; i--) {
                IpAddress server = family == AddressFamily.IPV4
                        ? IpAddress.v4(random.nextInt(1 << 14) * 7)
                        : IpAddress.v6(random.nextInt(4), random.nextInt(1 << 14) * 7L << random.nextInt(40));
                if (!servers.contains(server)) {
                    arrived.add(server);
                }
            }
            for (IpAddress server : servers) {
                if (random.nextInt(100) < (growing ? 2 : 10)) {
                    left.add(server);
                }
            }
            AnswerPrefixes.Difference difference = tested.change(arrived, left);
            if (random.nextInt(5) == 0) {
                tested.revert(difference);
            } else {
                servers.addAll(arrived);
                servers.removeAll(left);
                assertThat(rules).as("round %d", round).containsAll(difference.removed());
                rules.removeAll(difference.removed());
                assertThat(Collections.disjoint(rules, difference.added()))
                        .as("round %d", round)
                        .isTrue();
                rules.addAll(difference.added());
            }
            assertThat(tested.prefixes()).as("seed %d, round %d", SEED, round).isEqualTo(rules);
            assertExact(family, servers, rules);
        }
    }

    private static void assertExact(AddressFamily family, Set<IpAddress> servers, Set<Prefix> rules) {
        if (servers.isEmpty()) {
            assertThat(rules).isEmpty();
            return;
        }
        List<Integer> lengths = family == AddressFamily.IPV4 ? LENGTHS_V4 : LENGTHS_V6;
        int length = rules.iterator().next().length();
        assertThat(rules).isEqualTo(networks(servers, length));
        assertThat(rules.size() <= AnswerPrefixes.MOST || length == lengths.get(lengths.size() - 1))
                .isTrue();
        int at = lengths.indexOf(length);
        if (at > 0) {
            assertThat(networks(servers, lengths.get(at - 1))).hasSizeGreaterThan(AnswerPrefixes.FEW);
        }
    }

    private static Set<Prefix> networks(Set<IpAddress> servers, int length) {
        Set<Prefix> networks = new HashSet<>();
        servers.forEach(server -> networks.add(Prefix.of(server, length)));
        return networks;
    }
}
