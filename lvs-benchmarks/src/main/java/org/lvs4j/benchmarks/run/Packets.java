package org.lvs4j.benchmarks.run;

import static org.lvs4j.benchmarks.run.Goal.atMost;
import static org.lvs4j.benchmarks.run.Goal.cell;
import static org.lvs4j.benchmarks.run.Goal.noAllocation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.lvs4j.benchmarks.packet.PacketBenchmark;
import org.lvs4j.benchmarks.packet.PacketPeer;

/** The plans and goals of the group {@code packet}. */
final class Packets {
    private static final String FEW = "10000";
    private static final String MILLION = "1000000";
    private static final Effort LARGE = Effort.DEFAULT.heap("3g");

    private Packets() {}

    static List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        Plan all = Plan.of(PacketBenchmark.class, 1)
                .with("connections", FEW)
                .with("payload", "64")
                .with("memory", "direct");
        Plan masquerade = all.with("method", "MASQUERADE").with(Result.PEER, names(PacketPeer.values()));
        plans.add(masquerade);
        plans.add(masquerade.with("connections", MILLION).with(LARGE));
        // All methods share the work before the rewriting, so two peers are enough.
        Plan others = all.with("family", "IPV4")
                .with("protocol", "UDP")
                .with(Result.PEER, names(PacketPeer.LVS4J, PacketPeer.COPY));
        plans.add(others.with("method", "IPIP", "DIRECT"));
        plans.add(others.with("method", "MASQUERADE", "IPIP").with("payload", "1400"));
        plans.add(others.with("method", "MASQUERADE").with("memory", "heap"));
        return plans;
    }

    static List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        for (String family : List.of("IPV4", "IPV6")) {
            for (String protocol : List.of("TCP", "UDP")) {
                Goal.Cell few = masqueraded(FEW, family, protocol);
                String row = family + " " + protocol + " packet masqueraded, 10 thousand connections";
                goals.add(atMost(100, "ns", few, row));
                goals.add(noAllocation(row, few));
                Goal.Cell million = masqueraded(MILLION, family, protocol);
                row = family + " " + protocol + " packet masqueraded, 1 million connections";
                goals.add(atMost(1.5, PacketPeer.DISPATCH.name(), row, million));
                goals.add(noAllocation(row, million));
            }
        }
        return goals;
    }

    private static Goal.Cell masqueraded(String connections, String family, String protocol) {
        return cell(
                "PacketBenchmark.pass",
                1,
                "connections",
                connections,
                "method",
                "MASQUERADE",
                "family",
                family,
                "protocol",
                protocol,
                "payload",
                "64",
                "memory",
                "direct");
    }

    private static String[] names(Enum<?>... values) {
        return Stream.of(values).map(Enum::name).toArray(String[]::new);
    }
}
