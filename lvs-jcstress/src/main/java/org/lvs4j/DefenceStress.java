package org.lvs4j;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.Random;
import org.lvs4j.service.Sysctl;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link Defence} drops one packet in a given number, across threads. */
public class DefenceStress {
    /** Two packets, at a rate of one in two. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One of the two is dropped and counted.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither are dropped, or a count is lost.")
    @State
    public static class TwoPackets {
        private final Defence defence;
        private boolean first;
        private boolean second;

        public TwoPackets() {
            Settings settings = new Settings();
            settings.set(Sysctl.DROP_PACKET, 3);
            settings.set(Sysctl.AM_DROPRATE, 2);
            defence = new Defence(settings, () -> 0, new Random(1));
            defence.update();
        }

        @Actor
        public void firstPacket() {
            first = defence.dropsPacket();
        }

        @Actor
        public void secondPacket() {
            second = defence.dropsPacket();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = (first ? 1 : 0) + (second ? 1 : 0);
            r.r2 = (int) defence.packetsDropped();
        }
    }
}
