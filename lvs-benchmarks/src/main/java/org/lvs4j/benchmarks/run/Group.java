package org.lvs4j.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.lvs4j.benchmarks.Memory;
import org.lvs4j.benchmarks.MemoryBenchmark;
import org.lvs4j.benchmarks.OpenCloseBenchmark;
import org.lvs4j.benchmarks.Peer;
import org.lvs4j.benchmarks.PickBenchmark;
import org.lvs4j.benchmarks.PickReleaseBenchmark;
import org.lvs4j.benchmarks.hot.Batch;
import org.lvs4j.benchmarks.hot.BatchBenchmark;
import org.lvs4j.benchmarks.packet.PacketPeer;
import org.lvs4j.benchmarks.tun.TunFlood;
import org.lvs4j.benchmarks.tun.TunPeer;

/**
 * What can be run by name. A new group is one more constant here; its benchmarks have a parameter {@code peer}, of
 * which one value is the baseline.
 */
enum Group {
    /** What happens for each packet and each connection, with the goals. */
    HOT("connections in a table of up to ten million, and what else each packet or connection needs", Peer.LVS4J) {
        @Override
        List<Plan> plans() {
            return Hot.plans();
        }

        @Override
        List<Harness> harnesses() {
            return Hot.harnesses();
        }

        @Override
        List<Goal> goals() {
            return Hot.goals();
        }
    },

    /** Whole packets, with the goals. */
    PACKET(
            "a packet of an established connection, from the bytes that came in to those that go out",
            PacketPeer.LVS4J) {
        @Override
        List<Plan> plans() {
            return Packets.plans();
        }

        @Override
        List<Goal> goals() {
            return Packets.goals();
        }
    },

    /** The same through a device. */
    TUN("a UDP packet out of a TUN device and back into it, under a flood; needs root", TunPeer.LVS4J) {
        @Override
        List<Plan> plans() {
            return List.of();
        }

        @Override
        List<Harness> harnesses() {
            return List.of(
                    new Harness(TunFlood.class, names(TunPeer.values()), SOCKETS, List.of("-Xms512m", "-Xmx512m")));
        }

        @Override
        List<Goal> goals() {
            // 0.8 times the packets a second of a core are 1.25 times its time for each.
            Goal.Cell cell = Goal.cell("TunFlood.cpuPerPacket", 1, "connections", SOCKETS);
            return List.of(Goal.atMost(1.25, TunPeer.PLAIN.name(), "UDP packet through a TUN device", cell));
        }
    },

    /** The pick of the basic schedulers, beside every peer. */
    PICK("choosing a server: the pick alone, and pick and release while loads change", Peer.PLAIN) {
        @Override
        List<Plan> plans() {
            List<Plan> plans = new ArrayList<>();
            for (String scheduler : BASIC) {
                Peer[] able = Stream.of(Peer.values())
                        .filter(peer -> peer.schedulers().contains(scheduler))
                        .toArray(Peer[]::new);
                plans.add(Plan.of(PickBenchmark.class, 1, 2)
                        .with("scheduler", List.of(scheduler))
                        .with(Result.PEER, names(able)));
            }
            for (String scheduler : List.of("lc", "wlc", "sed", "nq")) {
                List<String> peers = new ArrayList<>(names(Peer.LVS4J, Peer.PLAIN));
                if (Peer.VERTX.schedulers().contains(scheduler)) {
                    peers.add(Peer.VERTX.name());
                }
                plans.add(Plan.of(PickReleaseBenchmark.class, 1, 2)
                        .with("scheduler", scheduler)
                        .with(Result.PEER, peers));
            }
            return plans;
        }
    },

    /** A whole connection through the director. */
    OPEN("a new connection from open to close: rr, wrr, lc and wlc", Peer.PLAIN) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(OpenCloseBenchmark.class, 1, 2)
                    .with(Result.PEER, names(Peer.LVS4J, Peer.PLAIN))
                    .with("scheduler", BASIC));
        }
    },

    /** Every scheduler that ServiceLoader finds. */
    SCHEDULERS("choosing a server, the pick alone: every scheduler at hand, without peers", Peer.LVS4J) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(PickBenchmark.class, 1, 2)
                    .with(Result.PEER, names(Peer.LVS4J))
                    .with("scheduler", Peer.LVS4J.schedulers()));
        }
    },

    /** Several packets at a time. */
    BATCH("established packets handed over sixteen at a time: announced or not", Batch.ONE_BY_ONE) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(BatchBenchmark.class, 1).with(Result.PEER, names(Batch.values())));
        }
    },

    /** Heap or not. */
    MEMORY("a record of a connection in flat memory: on the heap or outside it", Memory.HEAP) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(MemoryBenchmark.class, 1).with(Result.PEER, names(Memory.values())));
        }
    };

    private static final String SOCKETS = "64";
    private static final List<String> BASIC = List.of("rr", "wrr", "lc", "wlc");

    private final String question;
    private final Enum<?> baseline;

    Group(String question, Enum<?> baseline) {
        this.question = question;
        this.baseline = baseline;
    }

    abstract List<Plan> plans();

    /** What is measured by programs of their own. */
    List<Harness> harnesses() {
        return List.of();
    }

    /** What we want to reach. */
    List<Goal> goals() {
        return List.of();
    }

    /** The name on the command line. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** What the group measures, in a few words. */
    String question() {
        return question;
    }

    /** The value of the parameter {@code peer} that others are compared with. */
    String baseline() {
        return baseline.name();
    }

    static Optional<Group> find(String label) {
        return Stream.of(values()).filter(group -> group.label().equals(label)).findFirst();
    }

    private static List<String> names(Enum<?>... peers) {
        return Stream.of(peers).map(Enum::name).toList();
    }
}
