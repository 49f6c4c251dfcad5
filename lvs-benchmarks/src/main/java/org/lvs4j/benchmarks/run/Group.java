package org.lvs4j.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.lvs4j.benchmarks.Memory;
import org.lvs4j.benchmarks.MemoryBenchmark;
import org.lvs4j.benchmarks.OpenCloseBenchmark;
import org.lvs4j.benchmarks.Peer;
import org.lvs4j.benchmarks.PickBenchmark;
import org.lvs4j.benchmarks.PickReleaseBenchmark;
import org.lvs4j.benchmarks.call.CallBenchmark;
import org.lvs4j.benchmarks.call.CallPeer;
import org.lvs4j.benchmarks.call.HttpCallBenchmark;
import org.lvs4j.benchmarks.call.HttpPeer;
import org.lvs4j.benchmarks.change.ChangeBenchmark;
import org.lvs4j.benchmarks.change.ChangePeer;
import org.lvs4j.benchmarks.client.ConnectBenchmark;
import org.lvs4j.benchmarks.client.ConnectPeer;
import org.lvs4j.benchmarks.grpc.GrpcCallBenchmark;
import org.lvs4j.benchmarks.grpc.GrpcCallPeer;
import org.lvs4j.benchmarks.hot.Batch;
import org.lvs4j.benchmarks.hot.BatchBenchmark;
import org.lvs4j.benchmarks.hot.MeteredBenchmark;
import org.lvs4j.benchmarks.hot.Metering;
import org.lvs4j.benchmarks.metrics.ScrapeBenchmark;
import org.lvs4j.benchmarks.metrics.ScrapePeer;
import org.lvs4j.benchmarks.packet.PacketPeer;
import org.lvs4j.benchmarks.relay.RelayCost;
import org.lvs4j.benchmarks.relay.RelayPeer;
import org.lvs4j.benchmarks.tun.TunFlood;
import org.lvs4j.benchmarks.tun.TunPeer;

/**
 * The groups of benchmarks that can be run by name. A new group is one more constant; its benchmarks have a parameter
 * {@code peer}, of which one value is the baseline.
 */
enum Group {
    /** The work for each packet and each connection, with goals. */
    HOT("packets and connections in a table of up to ten million, and picks", Peer.LVS4J) {
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

    /** Whole packets, with goals. */
    PACKET("a packet of an established connection, from the bytes received to the bytes sent", PacketPeer.LVS4J) {
        @Override
        List<Plan> plans() {
            return Packets.plans();
        }

        @Override
        List<Goal> goals() {
            return Packets.goals();
        }
    },

    /** Whole packets through a device, with goals. */
    TUN("a UDP packet from a TUN device and back to it, under a flood; needs root", TunPeer.LVS4J) {
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
            // 0.8 times the packets per second of a core are 1.25 times the time per packet.
            Goal.Cell cell = Goal.cell("TunFlood.cpuPerPacket", 1, "connections", SOCKETS);
            return List.of(Goal.atMost(1.25, TunPeer.PLAIN.name(), "UDP packet through a TUN device", cell));
        }
    },

    /** Bytes between sockets, beside HAProxy and nginx, with goals. */
    RELAY(
            "what a request, a connection, a byte and a datagram cost a proxy; beside HAProxy and nginx",
            RelayPeer.HAPROXY) {
        @Override
        List<Plan> plans() {
            return List.of();
        }

        @Override
        List<Harness> harnesses() {
            return List.of(Harness.inTurns(RelayCost.class, names(RelayPeer.values()), SOCKETS, List.of(), "2"));
        }

        @Override
        List<Goal> goals() {
            String haproxy = RelayPeer.HAPROXY.name();
            return List.of(
                    Goal.atMost(1, haproxy, "small request", relayed("cpuPerRequest")),
                    Goal.atMost(1.25, haproxy, "new connection", relayed("cpuPerConnection")),
                    Goal.atMost(0.55, haproxy, "bodies of 1 MiB", relayed("cpuPerGigabyteOf1MiB")),
                    Goal.atMost(0.6, haproxy, "bodies of 64 KiB", relayed("cpuPerGigabyteOf64KiB")),
                    Goal.atMost(4096, "B", relayed("memoryPerIdleConnection"), "idle connection"),
                    Goal.atMost(0.85, RelayPeer.NGINX.name(), "datagram and its answer", relayed("cpuPerDatagram")));
        }

        private static Goal.Cell relayed(String metric) {
            return Goal.cell("RelayCost." + metric, 1, "connections", SOCKETS);
        }
    },

    /** The pick of the basic schedulers, beside every peer. */
    PICK("choosing a server: the pick alone, and pick and release while loads change", Peer.PLAIN) {
        @Override
        List<Plan> plans() {
            List<Plan> plans = new ArrayList<>();
            for (String scheduler : BASIC) {
                Peer[] supporting = Stream.of(Peer.values())
                        .filter(peer -> peer.schedulers().contains(scheduler))
                        .toArray(Peer[]::new);
                plans.add(Plan.of(PickBenchmark.class, 1, 2)
                        .with("scheduler", List.of(scheduler))
                        .with(Result.PEER, names(supporting)));
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
            Plan plan = Plan.of(OpenCloseBenchmark.class, 1, 2).with("scheduler", BASIC);
            return List.of(
                    plan.with(Result.PEER, names(Peer.LVS4J, Peer.PLAIN)).with("linger", "false"),
                    plan.with(Result.PEER, names(Peer.LVS4J)).with("linger", "true"));
        }
    },

    /** A call of an application. */
    CALL("what a call of an application costs by the director alone", CallPeer.OPEN) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(CallBenchmark.class, 1, 2).with(Result.PEER, names(CallPeer.values())));
        }
    },

    /** A balanced request of HTTP. */
    HTTP("a request of java.net.http to a server in this process, balanced or not", HttpPeer.PLAIN) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(HttpCallBenchmark.class, 1)
                    .with(Result.PEER, names(HttpPeer.values()))
                    .ofProcess());
        }
    },

    /** A balanced call of gRPC. */
    GRPC("a unary call of gRPC to servers in this process, by the policy of the channel", GrpcCallPeer.GRPC) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(GrpcCallBenchmark.class, 1, 2).with(Result.PEER, names(GrpcCallPeer.values())));
        }
    },

    /** Every registered scheduler. */
    SCHEDULERS("choosing a server, the pick alone: every registered scheduler, without peers", Peer.LVS4J) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(PickBenchmark.class, 1, 2)
                    .with(Result.PEER, names(Peer.LVS4J))
                    .with("scheduler", Peer.LVS4J.schedulers()));
        }
    },

    /** Prefetching. */
    BATCH("established packets in batches of sixteen, with and without prefetching", Batch.ONE_BY_ONE) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(BatchBenchmark.class, 1).with(Result.PEER, names(Batch.values())));
        }
    },

    /** Connects of Netty clients. */
    CLIENT("a channel of a Netty client from connect to close, balanced or not", ConnectPeer.BOOTSTRAP) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(ConnectBenchmark.class, 1)
                    .with(Result.PEER, names(ConnectPeer.values()))
                    .ofProcess());
        }
    },

    /** The kind of memory of the connection table. */
    MEMORY("the record of a connection in flat memory, on the heap or outside it", Memory.HEAP) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(MemoryBenchmark.class, 1).with(Result.PEER, names(Memory.values())));
        }
    },

    /** A packet while its director has meters, with goals. */
    METERED("a packet of an established connection while a registry has meters of 100 servers", Metering.NONE) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(MeteredBenchmark.class, 1).with(Result.PEER, names(Metering.values())));
        }

        @Override
        List<Goal> goals() {
            Goal.Cell bound = Goal.cell("MeteredBenchmark.follow", 1).of(Metering.BOUND.name());
            return List.of(
                    Goal.atMost(1.05, Metering.NONE.name(), "packet, registry bound", bound),
                    Goal.noAllocation("packet, registry bound", bound));
        }
    },

    /** Reading all meters, with goals. */
    SCRAPE("reading all meters of 1,000 and 10,000 servers in one and in 1,000 services", ScrapePeer.VALUES) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(ScrapeBenchmark.class, 1).with(Result.PEER, names(ScrapePeer.values())));
        }

        @Override
        List<Goal> goals() {
            Goal.Cell values = Goal.cell("ScrapeBenchmark.read", 1, SERVERS, "10000", SERVICES, "1")
                    .of(ScrapePeer.VALUES.name());
            return List.of(Goal.times(15, SERVERS, "1000", "ten times as many servers in one service", values));
        }
    },

    /** A change of the configuration, with goals. */
    CHANGE(
            "a change of one server's weight with 10 to 10,000 services configured, of five servers each",
            ChangePeer.EDIT_SERVER) {
        @Override
        List<Plan> plans() {
            return List.of(Plan.of(ChangeBenchmark.class, 1)
                    .with(Result.PEER, names(ChangePeer.values()))
                    .with(SERVICES, FEW_SERVICES, "1000", MANY_SERVICES));
        }

        @Override
        List<Goal> goals() {
            Goal.Cell many = Goal.cell("ChangeBenchmark.change", 1, SERVICES, MANY_SERVICES);
            return Stream.of(ChangePeer.EDIT_SERVER, ChangePeer.APPLY_CHANGES, ChangePeer.RELAY_REFRESH)
                    .map(peer ->
                            Goal.times(1.5, SERVICES, FEW_SERVICES, peer + ", 10,000 services", many.of(peer.name())))
                    .toList();
        }
    };

    private static final String SERVERS = "servers";
    private static final String SERVICES = "services";
    private static final String FEW_SERVICES = "10";
    private static final String MANY_SERVICES = "10000";

    private static final String SOCKETS = "64";
    private static final List<String> BASIC = List.of("rr", "wrr", "lc", "wlc");

    private final String question;
    private final Enum<?> baseline;

    Group(String question, Enum<?> baseline) {
        this.question = question;
        this.baseline = baseline;
    }

    abstract List<Plan> plans();

    /** Programs that measure something other than the time of an operation. */
    List<Harness> harnesses() {
        return List.of();
    }

    /** The goals of the group. */
    List<Goal> goals() {
        return List.of();
    }

    /** The name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
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
