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

/** A {@link ServerState}: its counts, the overload mark that follows them, and the board that learns of both. */
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
    @Outcome(expect = FORBIDDEN, desc = "A count is lost, or neither has noticed.")
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

    /** A full server loses one connection and gets another one. Whoever clears the mark looks once more whether it may. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Full, and marked.")
    @Outcome(expect = FORBIDDEN, desc = "Full without a mark: it would get connections without end.")
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

    /** A server gets its last connection and loses one. Whoever sets the mark looks once more whether it has to. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "There is room, and no mark.")
    @Outcome(expect = FORBIDDEN, desc = "Marked with room to spare: it might never get a connection again.")
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

    /** A reading of active and inactive connections while one changes sides: both are in one word. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Before.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "After.")
    @Outcome(expect = FORBIDDEN, desc = "Counted on both sides, or on neither.")
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
     * A server comes to another board while it becomes overloaded. It is put on the board first and its mark read then; the
     * mark is set first and the board read then.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The board knows that there are overloads.")
    @Outcome(expect = FORBIDDEN, desc = "Nobody has told the board: the overload would be overlooked.")
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

    /** A server that nobody uses is retired while a connection is bound to it. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Bound first: it stays.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Retired first: the connection has to go elsewhere.")
    @Outcome(id = "0, 0, 0", expect = FORBIDDEN, desc = "Neither: each has seen the other one.")
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

    /** A connection ends while somebody puts a reader on the board, who looks at the load once and is told from then on. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The load was read before, and told to be less.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The load was read afterwards.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Both.")
    @Outcome(expect = FORBIDDEN, desc = "The load was read before, and nobody told that it is less.")
    @State
    public static class ReleaseVersusReader {
        private final LoadBoard board = new LoadBoard();
        private final ServerState server = server(board, 0);
        private final AtomicInteger told = new AtomicInteger();

        public ReleaseVersusReader() {
            server.bind(false);
        }

        @Actor
        public void release() {
            server.release(false);
        }

        @Actor
        public void read(II_Result r) {
            board.reader(id -> told.incrementAndGet());
            r.r1 = (int) server.connections();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = told.get();
        }
    }
}
