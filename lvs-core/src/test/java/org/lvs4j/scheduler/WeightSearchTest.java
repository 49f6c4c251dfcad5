package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search, and the walk of {@code wrr} on top of it, against steps from server to server. */
final class WeightSearchTest {
    private static int plainNext(Servers servers, int start, int least) {
        int index = start;
        while (index < servers.size() && servers.weight(index) < least) {
            index++;
        }
        return Math.min(index, servers.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 9, 31, 100})
    void next_everyStartAndWeight_isTheFirstHeavyEnough(int size) {
        MarkedServers servers = MarkedServers.random(size, new SplittableRandom(size));
        WeightSearch search = new WeightSearch(servers, 1);
        for (int start = 0; start <= size + 1; start++) {
            for (int least = 1; least <= 6; least++) {
                assertThat(search.next(start, least))
                        .as("from %d at least %d", start, least)
                        .isEqualTo(plainNext(servers, start, least));
            }
        }
    }

    /** The walk of IPVS, server by server and round by round, for weights without a common divisor. */
    private static final class PlainWalk {
        private final MarkedServers servers;
        private final int heaviest;
        private int place = -1;
        private int current;

        PlainWalk(MarkedServers servers) {
            this.servers = servers;
            int max = 0;
            for (int i = 0; i < servers.size(); i++) {
                max = Math.max(max, servers.weight(i));
            }
            heaviest = max;
            current = max;
        }

        int pick() {
            for (int steps = (servers.size() + 1) * (heaviest + 2); steps > 0; steps--) {
                if (++place == servers.size()) {
                    place = -1;
                    current = current > 1 ? current - 1 : heaviest;
                } else if (servers.weight(place) >= current && !servers.overloaded(place)) {
                    return place;
                }
            }
            return Scheduler.NONE;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 16, 40, 200})
    void wrr_withOverloadsThatComeAndGo_walksAsIpvsDoes(int size) {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MarkedServers servers =
                    MarkedServers.random(size, random).withWeight(0, 1).withWeight(1, 4);
            Scheduler wrr = new WeightedRoundRobin.Provider().create(servers, new TestService("wrr", Set.of()));
            PlainWalk walk = new PlainWalk(servers);
            for (int step = 0; step < 1_000; step++) {
                if (random.nextInt(3) == 0) {
                    // Never the first: somebody is always available, so that both walks stop at a server.
                    servers.overload(1 + random.nextInt(size - 1), random.nextInt(4) != 0);
                }
                assertThat(wrr.pick(servers, TestService.flow(step)))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(walk.pick());
            }
        }
    }
}
