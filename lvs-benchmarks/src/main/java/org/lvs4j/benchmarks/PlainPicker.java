package org.lvs4j.benchmarks;

import java.util.Set;
import org.lvs4j.net.Flow;

/**
 * The rules of rr, wrr, lc, wlc, sed and nq in their simplest form: a monitor guards the cursor, a scan finds the least
 * load. Weight zero is not supported; no server of a fixture has it.
 */
abstract sealed class PlainPicker implements Picker {
    static final Set<String> SCHEDULERS = Set.of("rr", "wrr", "lc", "wlc", "sed", "nq");

    final PlainServer[] servers;

    private PlainPicker(PlainServer[] servers) {
        this.servers = servers;
    }

    static Picker of(String scheduler, PlainServer[] servers) {
        return switch (scheduler) {
            case "rr" -> new RoundRobin(servers);
            case "wrr" -> new WeightedRoundRobin(servers);
            case "lc" -> new LeastConnection(servers);
            case "wlc" -> new WeightedLeastConnection(servers);
            case "sed" -> new ShortestExpectedDelay(servers);
            case "nq" -> new NeverQueue(servers);
            default -> throw new IllegalArgumentException("no plain form of the scheduler '" + scheduler + "'");
        };
    }

    private static final class RoundRobin extends PlainPicker {
        private int cursor = -1;

        RoundRobin(PlainServer[] servers) {
            super(servers);
        }

        @Override
        public synchronized int pick(Flow flow) {
            cursor = (cursor + 1) % servers.length;
            return servers[cursor].index;
        }
    }

    private static final class WeightedRoundRobin extends PlainPicker {
        private final int heaviest;
        private final int step;
        private int cursor = -1;
        private int threshold;

        WeightedRoundRobin(PlainServer[] servers) {
            super(servers);
            int max = 0;
            int divisor = 0;
            for (PlainServer server : servers) {
                max = Math.max(max, server.weight);
                divisor = gcd(divisor, server.weight);
            }
            heaviest = max;
            step = divisor;
        }

        private static int gcd(int a, int b) {
            return b == 0 ? a : gcd(b, a % b);
        }

        @Override
        public synchronized int pick(Flow flow) {
            while (true) {
                cursor = (cursor + 1) % servers.length;
                if (cursor == 0) {
                    threshold = threshold > step ? threshold - step : heaviest;
                }
                if (servers[cursor].weight >= threshold) {
                    return servers[cursor].index;
                }
            }
        }
    }

    private static final class LeastConnection extends PlainPicker {
        LeastConnection(PlainServer[] servers) {
            super(servers);
        }

        @Override
        public int pick(Flow flow) {
            PlainServer best = servers[0];
            long least = best.load();
            for (PlainServer server : servers) {
                long load = server.load();
                if (load < least) {
                    best = server;
                    least = load;
                }
            }
            return best.index;
        }
    }

    private static final class WeightedLeastConnection extends PlainPicker {
        WeightedLeastConnection(PlainServer[] servers) {
            super(servers);
        }

        @Override
        public int pick(Flow flow) {
            PlainServer best = servers[0];
            long least = best.load();
            for (PlainServer server : servers) {
                long load = server.load();
                if (load * best.weight < least * server.weight) {
                    best = server;
                    least = load;
                }
            }
            return best.index;
        }
    }

    private static final class ShortestExpectedDelay extends PlainPicker {
        ShortestExpectedDelay(PlainServer[] servers) {
            super(servers);
        }

        @Override
        public int pick(Flow flow) {
            PlainServer best = servers[0];
            long least = best.active.get() + 1L;
            for (PlainServer server : servers) {
                long delay = server.active.get() + 1L;
                if (delay * best.weight < least * server.weight) {
                    best = server;
                    least = delay;
                }
            }
            return best.index;
        }
    }

    private static final class NeverQueue extends PlainPicker {
        private final Picker shortestDelay;

        NeverQueue(PlainServer[] servers) {
            super(servers);
            shortestDelay = new ShortestExpectedDelay(servers);
        }

        @Override
        public int pick(Flow flow) {
            for (PlainServer server : servers) {
                if (server.active.get() == 0) {
                    return server.index;
                }
            }
            return shortestDelay.pick(flow);
        }
    }
}
