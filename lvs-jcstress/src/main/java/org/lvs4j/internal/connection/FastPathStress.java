package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.concurrent.Ticks;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A packet on the {@link FastPath} races with changes of its connection: meta word, key and compare-and-set are of one
 * connection, or the packet takes the general path.
 */
public class FastPathStress {
    private static final int SERVER = 1;
    private static final IdTable<ServerState> SERVERS = servers();
    private static final Timeouts TIMEOUTS = new Timeouts();
    private static final Ticks TICKS = new Ticks(0);
    private static final int LASTING = TIMEOUTS.ticks(ConnectionState.ESTABLISHED.ordinal());

    private static IdTable<ServerState> servers() {
        IdTable<ServerState> servers = new IdTable<>(ServerState[]::new, SERVER);
        RealServer config = RealServer.builder("192.168.1.1:80").build();
        ServerState server = new ServerState(servers.take(), config, new Counters(), new LoadBoard());
        server.enter(config, new Counters(), new LoadBoard());
        servers.set(server.id(), server);
        return servers;
    }

    private static FastPath path(HomeBucket home) {
        return new FastPath(home.table, SERVERS, TIMEOUTS, TICKS);
    }

    private static Flow flow(FlowLookup lookup) {
        return new Flow()
                .set(
                        Protocol.TCP,
                        AddressFamily.IPV4,
                        0,
                        lookup.first >>> 32,
                        FlowRecord.clientPort(lookup.identity),
                        0,
                        lookup.first & 0xFFFF_FFFFL,
                        FlowRecord.virtualPort(lookup.identity));
    }

    /** Sends a packet. Returns 1 if the fast path has applied it. */
    private static int follow(FastPath path, Flow flow) {
        return path.follow(flow, TcpFlags.ACK, 100, Stripes.SHARED, 0) < 0 ? 0 : 1;
    }

    /** A packet while its connection is removed and another one inserted into the same slot, in the same state. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 0"},
            expect = ACCEPTABLE,
            desc = "Too late, or in time; the other connection is unchanged.")
    @Outcome(expect = FORBIDDEN, desc = "The packet has moved the deadline of another connection.")
    @State
    public static class FollowVersusReuse {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup leaving = home.lookup(0);
        private final FlowLookup coming = home.lookup(1);
        private final FastPath path = path(home);
        private final Flow flow = flow(leaving);

        public FollowVersusReuse() {
            home.insert(leaving, SERVER);
        }

        @Actor
        public void follow(II_Result r) {
            r.r1 = FastPathStress.follow(path, flow);
        }

        @Actor
        public void reuse() {
            home.findAndRemove(leaving);
            home.insert(coming, SERVER);
        }

        @Arbiter
        public void after(II_Result r) {
            home.find(coming);
            r.r2 = FlowRecord.deadline(coming.meta) - HomeBucket.FOREVER;
        }
    }

    /** A packet while the table grows and moves its connection. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Applied or not, and the moved connection agrees.")
    @Outcome(expect = FORBIDDEN, desc = "The change is lost, or was made although the path reports that it was not.")
    @State
    public static class FollowVersusMove {
        private final HomeBucket home = GrowingTable.full().at(0);
        private final FlowLookup moved = home.lookup(0);
        private final FastPath path = path(home);
        private final Flow flow = flow(moved);
        private int followed;

        public FollowVersusMove() {
            home.insert(moved, SERVER);
        }

        @Actor
        public void follow() {
            followed = FastPathStress.follow(path, flow);
        }

        @Actor
        public void grow() {
            GrowingTable.grow(home);
        }

        @Arbiter
        public void after(I_Result r) {
            int found = home.find(moved);
            int deadline = FlowRecord.deadline(moved.meta);
            r.r1 = found == SERVER && deadline == (followed == 1 ? LASTING : HomeBucket.FOREVER) ? 1 : 0;
        }
    }

    /** Two packets of one connection: each one reported as applied is counted. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One after the other.")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One takes the general path.")
    @Outcome(expect = FORBIDDEN, desc = "Neither was applied, or a count is wrong.")
    @State
    public static class TwoFollow {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup lookup = home.lookup(0);
        private final FastPath path = path(home);
        private final Flow first = flow(lookup);
        private final Flow second = flow(lookup);

        public TwoFollow() {
            home.insert(lookup, SERVER);
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = FastPathStress.follow(path, first);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = FastPathStress.follow(path, second);
        }

        @Arbiter
        public void after(II_Result r) {
            home.find(lookup);
            if (FlowRecord.packets(lookup.meta) != r.r1 + r.r2) {
                r.r1 = -1;
            }
        }
    }
}
