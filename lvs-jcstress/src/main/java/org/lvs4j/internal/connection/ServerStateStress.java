package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.service.RealServer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link ServerState}: its counts, the overload mark that follows them, and the board that is notified of both. */
public class ServerStateStress {
    private static final int ID = 3;
    private static final RealServer CONFIG =
            RealServer.builder("192.0.2.1:80").upperThreshold(2).build();

    private static ServerState server(LoadBoard board, int connections) {
        ServerState server = new ServerState(ID, CONFIG, new Counters(), board);
        for (int i = 0; i < connections; i++) {
            server.bind(false);
        }
        return server;
    }

    private static int overloaded(ServerState server) {
        return server.overloaded() ? 1 : 0;
    }

    /** Two connections reach the upper threshold together. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Full, and marked.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost, or the mark is missing.")
    @State
    public static class TwoBinds {
        private final ServerState server = server(new LoadBoard(), 0);

        @Actor
        public void bindFirst() {
            server.bind(true);
        }

        @Actor
        public void bindSecond() {
            server.bind(false);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = server.active() + server.inactive();
            r.r2 = overloaded(server);
        }
    }

    /** A full server loses one connection and gets another. A thread that clears the mark checks the counts again. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Full, and marked.")
    @Outcome(expect = FORBIDDEN, desc = "Full without a mark: it would get connections beyond its threshold.")
    @State
    public static class ReleaseThatLeavesItFull {
        private final ServerState server = server(new LoadBoard(), 2);

        @Actor
        public void release() {
            server.release(false);
        }

        @Actor
        public void bind() {
            server.bind(false);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = server.inactive();
            r.r2 = overloaded(server);
        }
    }

    /** A server becomes full and loses a connection. A thread that sets the mark checks the counts again. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "There is room, and no mark.")
    @Outcome(expect = FORBIDDEN, desc = "Marked although it has room: it might never get a connection again.")
    @State
    public static class ReleaseThatLeavesRoom {
        private final ServerState server = server(new LoadBoard(), 1);

        @Actor
        public void release() {
            server.release(false);
        }

        @Actor
        public void bind() {
            server.bind(false);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = server.inactive();
            r.r2 = overloaded(server);
        }
    }

    /** Both counts are read while a connection becomes active: they are in one word. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Before.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "After.")
    @Outcome(expect = FORBIDDEN, desc = "Counted as both, or as neither.")
    @State
    public static class MoveVersusRead {
        private final ServerState server = server(new LoadBoard(), 1);

        @Actor
        public void move() {
            server.move(true);
        }

        @Actor
        public void read(II_Result r) {
            long both = server.connections();
            r.r1 = (int) (both >>> 32);
            r.r2 = (int) both;
        }
    }

    /**
     * A server gets another board while it becomes overloaded. One thread writes the board and then reads the mark, the
     * other writes the mark and then reads the board.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The board is notified of the overload.")
    @Outcome(expect = FORBIDDEN, desc = "The board is not notified: schedulers would ignore the overload.")
    @State
    public static class EnterVersusOverload {
        private final LoadBoard board = new LoadBoard();
        private final Counters counters = new Counters();
        private final ServerState server = server(new LoadBoard(), 1);

        @Actor
        public void enter() {
            server.enter(CONFIG, counters, board);
        }

        @Actor
        public void overload() {
            server.bind(false);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = board.overloadSeen() ? 1 : 0;
        }
    }

    /** An unused server is retired while a connection is bound to it. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Bound first: it is not retired.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Retired first: the connection is refused.")
    @Outcome(id = "0, 0, 0", expect = FORBIDDEN, desc = "Neither.")
    @Outcome(expect = FORBIDDEN, desc = "Bound to a retired server.")
    @State
    public static class RetireVersusBind {
        private final ServerState server = server(new LoadBoard(), 0);

        @Actor
        public void bind(III_Result r) {
            r.r1 = server.bind(false) ? 1 : 0;
        }

        @Actor
        public void retire(III_Result r) {
            r.r2 = server.retire() ? 1 : 0;
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = server.inactive();
        }
    }

    /** A connection ends while a reader is registered on the board and then reads the load once. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The load was read before the end, and the reader is notified.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The load was read after the end.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Both.")
    @Outcome(expect = FORBIDDEN, desc = "The load was read before the end, and the reader is not notified.")
    @State
    public static class ReleaseVersusReader {
        private final LoadBoard board = new LoadBoard();
        private final ServerState server = server(board, 0);
        private final AtomicInteger notified = new AtomicInteger();

        public ReleaseVersusReader() {
            server.bind(false);
        }

        @Actor
        public void release() {
            server.release(false);
        }

        @Actor
        public void read(II_Result r) {
            board.reader(id -> notified.incrementAndGet());
            r.r1 = (int) server.connections();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = notified.get();
        }
    }
}
