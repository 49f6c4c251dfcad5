package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link HeldConnection}: the counts of its server follow its state, and it ends once. */
public class HeldConnectionStress {
    private static final RealServer CONFIG = RealServer.of("192.0.2.1:80");

    private static HeldConnection bound(ServerState server) {
        server.bind(true);
        return new HeldConnection(Protocol.TCP, null, true, 1, server, 80, null, new Timeouts(), 0);
    }

    private static ServerState server() {
        return new ServerState(1, CONFIG, new Counters(), new LoadBoard());
    }

    /** Both sides finish. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "In TIME_WAIT, and counted as inactive.")
    @Outcome(expect = FORBIDDEN, desc = "One side's change or the counts are lost.")
    @State
    public static class TwoFinishes {
        private final ServerState server = server();
        private final HeldConnection connection = bound(server);

        @Actor
        public void clientFinishes() {
            connection.finish(true, 1);
        }

        @Actor
        public void serverFinishes() {
            connection.finish(false, 1);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = connection.state() == ConnectionState.TIME_WAIT && server.connections() == 1 ? 1 : 0;
        }
    }

    /** Its holder ends it, while another thread expires it; the holder changes it from active to inactive before. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "Ended once, and no count remains.")
    @Outcome(expect = FORBIDDEN, desc = "Ended twice, or a count remains.")
    @State
    public static class FinishAndEndVersusExpire {
        private final ServerState server = server();
        private final HeldConnection connection = bound(server);

        @Actor
        public void finishAndEnd(III_Result r) {
            connection.finish(true, 1);
            if (connection.end()) {
                connection.release();
                r.r1 = 1;
            }
        }

        @Actor
        public void expire(III_Result r) {
            if (connection.expire()) {
                connection.release();
                r.r2 = 1;
            }
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = (int) (server.connections() | server.connections() >>> 32);
        }
    }
}
