package org.lvs4j.benchmarks.run;

import static org.lvs4j.benchmarks.run.Goal.atMost;
import static org.lvs4j.benchmarks.run.Goal.cell;
import static org.lvs4j.benchmarks.run.Goal.faster;
import static org.lvs4j.benchmarks.run.Goal.noAllocation;
import static org.lvs4j.benchmarks.run.Goal.timesOneThread;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.lvs4j.benchmarks.MaglevBenchmark;
import org.lvs4j.benchmarks.Peer;
import org.lvs4j.benchmarks.PickBenchmark;
import org.lvs4j.benchmarks.PickReleaseBenchmark;
import org.lvs4j.benchmarks.hot.ChurnBenchmark;
import org.lvs4j.benchmarks.hot.EstablishedBenchmark;
import org.lvs4j.benchmarks.hot.Footprint;
import org.lvs4j.benchmarks.hot.MixedBenchmark;
import org.lvs4j.benchmarks.hot.Pauses;
import org.lvs4j.benchmarks.hot.StorePeer;

/** The plans and goals of the group {@code hot}. */
final class Hot {
    private static final String SMALL = "10000";
    private static final String MILLION = "1000000";
    private static final String TEN_MILLION = "10000000";

    // Rows with ten million connections take long to set up.
    private static final Effort HUGE = Effort.of(1, 3, 5).heap("8g");
    private static final Effort LARGE = Effort.DEFAULT.heap("3g");
    private static final Effort ONE_FORK = Effort.of(1, 3, 8).heap("3g");
    private static final Effort PICKS = Effort.of(2, 4, 5);

    private static final String[] FEW_PEERS =
            names(StorePeer.LVS4J, StorePeer.PLAIN, StorePeer.CHM, StorePeer.CAFFEINE);

    private static final String FOLLOW = "EstablishedBenchmark.follow";
    private static final String CHURN = "ChurnBenchmark.placeAndEnd";
    private static final String MIXED = "MixedBenchmark.followOrPlaceAndEnd";

    private Hot() {}

    static List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        Plan established = Plan.of(EstablishedBenchmark.class, 1, 2).with(Result.PEER, names(StorePeer.values()));
        Plan few = established.threads(1);
        plans.add(established.with("connections", SMALL).with("order", "UNIFORM"));
        plans.add(few.with("connections", SMALL).with("order", "ZIPF"));
        plans.add(established
                .with("connections", MILLION)
                .with("order", "UNIFORM")
                .with(LARGE));
        plans.add(established.with("connections", MILLION).with("order", "ZIPF").with(ONE_FORK));
        Plan huge = established
                .with("connections", TEN_MILLION)
                .with(Result.PEER, FEW_PEERS)
                .with(HUGE);
        plans.add(huge.with("order", "UNIFORM"));
        plans.add(huge.threads(1).with("order", "ZIPF"));
        plans.add(few.with("connections", MILLION)
                .with("clock", "system")
                .with(Result.PEER, StorePeer.LVS4J.name())
                .with(LARGE));
        Plan churn = Plan.of(ChurnBenchmark.class, 1).with("life", "UDP");
        plans.add(churn.with("connections", SMALL).with(Result.PEER, names(StorePeer.values())));
        plans.add(churn.with("connections", MILLION)
                .with(Result.PEER, names(StorePeer.values()))
                .with(LARGE));
        plans.add(churn.threads(2)
                .with("connections", MILLION)
                .with(Result.PEER, concurrentWriters())
                .with(LARGE));
        plans.add(churn.with("connections", TEN_MILLION)
                .with(Result.PEER, FEW_PEERS)
                .with(HUGE));
        plans.add(churn.with("connections", MILLION)
                .with("life", "TCP")
                .with(Result.PEER, StorePeer.LVS4J.name())
                .with(LARGE));
        Plan mixed = Plan.of(MixedBenchmark.class, 1).with(Result.PEER, names(StorePeer.values()));
        plans.add(mixed.with("connections", SMALL));
        plans.add(mixed.with("connections", MILLION).with("order", "UNIFORM").with(LARGE));
        plans.add(mixed.with("connections", MILLION).with("order", "ZIPF").with(ONE_FORK));
        plans.add(mixed.threads(2)
                .with("connections", MILLION)
                .with(Result.PEER, concurrentWriters())
                .with(LARGE));
        plans.add(mixed.with("connections", TEN_MILLION)
                .with(Result.PEER, FEW_PEERS)
                .with(HUGE));
        plans.addAll(picks());
        return plans;
    }

    private static List<Plan> picks() {
        List<Plan> plans = new ArrayList<>();
        for (String scheduler : List.of("rr", "wrr")) {
            plans.add(Plan.of(PickBenchmark.class, 1, 2)
                    .with("scheduler", scheduler)
                    .with("servers", "100")
                    .with(Result.PEER, supporting(scheduler))
                    .with(PICKS));
        }
        plans.add(Plan.of(PickBenchmark.class, 1, 2)
                .with("scheduler", "sh", "mh")
                .with("servers", "100", "1000")
                .with(Result.PEER, Peer.LVS4J.name())
                .with(PICKS));
        plans.add(Plan.of(PickReleaseBenchmark.class, 1, 2)
                .with("scheduler", "wlc")
                .with("servers", "10", "100", "1000")
                .with(Result.PEER, Peer.LVS4J.name(), Peer.PLAIN.name())
                .with(PICKS));
        plans.add(Plan.of(PickReleaseBenchmark.class, 1)
                .with("scheduler", "lc")
                .with("servers", "100")
                .with(Result.PEER, Peer.LVS4J.name(), Peer.PLAIN.name(), Peer.VERTX.name())
                .with(PICKS));
        plans.add(Plan.of(MaglevBenchmark.class, 1)
                .with("servers", "1000")
                .with(Result.PEER, Peer.LVS4J.name(), Peer.PLAIN.name())
                .with(PICKS));
        return plans;
    }

    static List<Harness> harnesses() {
        List<String> stores = Stream.of(names(StorePeer.values()))
                .filter(name -> !name.equals(StorePeer.NONE.name()))
                .toList();
        return List.of(
                footprint(stores, SMALL, "512m"),
                footprint(stores, MILLION, "3g"),
                footprint(List.of(FEW_PEERS), TEN_MILLION, "8g"),
                new Harness(Pauses.class, List.of(FEW_PEERS), TEN_MILLION, Effort.heapArgs("8g")));
    }

    /**
     * Uses the serial collector, which reports the size of objects rather than of the regions that large ones occupy.
     */
    private static Harness footprint(List<String> peers, String connections, String heap) {
        return new Harness(
                Footprint.class, peers, connections, List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+UseSerialGC"));
    }

    static List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        Goal.Cell small = cell(FOLLOW, 1, "connections", SMALL, "order", "UNIFORM");
        Goal.Cell million = cell(FOLLOW, 1, "connections", MILLION, "order", "UNIFORM", "clock", "virtual");
        Goal.Cell huge = cell(FOLLOW, 1, "connections", TEN_MILLION, "order", "UNIFORM");
        String row = "established, 10 thousand";
        goals.add(atMost(1.5, "PLAIN", row, small));
        goals.add(noAllocation(row, small));
        row = "established, 1 million";
        goals.add(atMost(1.25, "PLAIN", row, million));
        goals.add(faster(2.5, "CHM", row, million));
        goals.add(faster(5, "CAFFEINE", row, million));
        goals.add(noAllocation(row, million));
        row = "established, 10 million";
        goals.add(atMost(1.25, "PLAIN", row, huge));
        goals.add(faster(3.5, "CHM", row, huge));
        goals.add(noAllocation(row, huge));
        goals.add(timesOneThread(1.15, "established, 1 million, two threads", million.threads(2)));
        goals.add(timesOneThread(
                1.15,
                "1 % new connections, 1 million, two threads",
                cell(MIXED, 2, "connections", MILLION, "order", "UNIFORM")));
        Goal.Cell churn = cell(CHURN, 1, "connections", MILLION, "life", "UDP");
        row = "new connection and its end, 1 million";
        goals.add(atMost(450, "ns", churn, row));
        goals.add(faster(2, "CHM", row, churn));
        goals.add(noAllocation(row, churn));
        goals.add(timesOneThread(1.3, row + ", two threads", churn.threads(2)));
        goals.add(atMost(
                64, "B", cell("Footprint.bytes", 1, "connections", MILLION), "memory of a connection, 1 million"));
        goals.addAll(pickGoals());
        return goals;
    }

    private static List<Goal> pickGoals() {
        List<Goal> goals = new ArrayList<>();
        String pick = "PickBenchmark.pick";
        goals.add(atMost(4, "ns", cell(pick, 1, "scheduler", "rr"), "rr pick"));
        goals.add(atMost(6, "ns", cell(pick, 2, "scheduler", "rr"), "rr pick, two threads"));
        goals.add(atMost(6, "ns", cell(pick, 1, "scheduler", "wrr"), "wrr pick"));
        goals.add(atMost(12, "ns", cell(pick, 2, "scheduler", "wrr"), "wrr pick, two threads"));
        int[] limits = {30, 40, 70};
        String[] servers = {"10", "100", "1000"};
        for (int i = 0; i < limits.length; i++) {
            Goal.Cell cell = cell("PickReleaseBenchmark.pickAndRelease", 1, "scheduler", "wlc", "servers", servers[i]);
            String row = "wlc pick and release, " + servers[i] + " servers";
            goals.add(atMost(limits[i], "ns", cell, row));
            goals.add(noAllocation(row, cell));
            goals.add(timesOneThread(3, row + ", two threads", cell.threads(2)));
        }
        for (String scheduler : List.of("sh", "mh")) {
            for (String size : List.of("100", "1000")) {
                for (int threads = 1; threads <= 2; threads++) {
                    goals.add(atMost(
                            6,
                            "ns",
                            cell(pick, threads, "scheduler", scheduler, "servers", size),
                            scheduler + " pick, " + size + " servers, threads: " + threads));
                }
            }
        }
        goals.add(
                atMost(1_600_000, "ns", cell("MaglevBenchmark.build", 1), "Maglev build, 1000 servers, 65,537 slots"));
        return goals;
    }

    private static String[] concurrentWriters() {
        return names(Stream.of(StorePeer.values())
                .filter(StorePeer::concurrentWriters)
                .toArray(StorePeer[]::new));
    }

    private static String[] supporting(String scheduler) {
        return names(Stream.of(Peer.values())
                .filter(peer -> peer.schedulers().contains(scheduler))
                .toArray(Peer[]::new));
    }

    private static String[] names(Enum<?>... values) {
        return Stream.of(values).map(Enum::name).toArray(String[]::new);
    }
}
