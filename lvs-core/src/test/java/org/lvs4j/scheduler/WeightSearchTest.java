package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link WeightSearch}, and {@code wrr} on top of it, against scans from server to server. */
final class WeightSearchTest {
    private static int scan(Servers servers, int start, int minimum) {
        int index = start;
        while (index < servers.size() && servers.weight(index) < minimum) {
            index++;
        }
        return Math.min(index, servers.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 9, 31, 100})
    void next_everyStartAndWeight_equalsScan(int size) {
        MarkedServers servers = MarkedServers.random(size, new SplittableRandom(size));
        WeightSearch search = new WeightSearch(servers, 1);
        for (int start = 0; start <= size + 1; start++) {
            for (int minimum = 1; minimum <= 6; minimum++) {
                assertThat(search.next(start, minimum))
                        .as("from %d at least %d", start, minimum)
                        .isEqualTo(scan(servers, start, minimum));
            }
        }
    }

    /** The walk of IPVS without any shortcut, for weights whose greatest common divisor is 1. */
    private static final class IpvsWalk {
        private final MarkedServers servers;
        private final int maxWeight;
        private int index = -1;
        private int current;

        IpvsWalk(MarkedServers servers) {
            this.servers = servers;
            int max = 0;
            for (int i = 0; i < servers.size(); i++) {
                max = Math.max(max, servers.weight(i));
            }
            maxWeight = max;
            current = max;
        }

        int pick() {
            for (int steps = (servers.size() + 1) * (maxWeight + 2); steps > 0; steps--) {
                if (++index == servers.size()) {
                    index = -1;
                    current = current > 1 ? current - 1 : maxWeight;
                } else if (servers.weight(index) >= current && !servers.overloaded(index)) {
                    return index;
                }
            }
            return Scheduler.NONE;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 16, 40, 200})
    void wrr_randomOverloads_sequenceOfIpvs(int size) {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MarkedServers servers =
                    MarkedServers.random(size, random).withWeight(0, 1).withWeight(1, 4);
            Scheduler wrr = WeightedRoundRobin.of(servers);
            IpvsWalk walk = new IpvsWalk(servers);
            for (int step = 0; step < 1_000; step++) {
                if (random.nextInt(3) == 0) {
                    // Never the first server: with one available, both walks stop at a server.
                    servers.overload(1 + random.nextInt(size - 1), random.nextInt(4) != 0);
                }
                assertThat(wrr.pick(servers, TestService.flow(step)))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(walk.pick());
            }
        }
    }
}
