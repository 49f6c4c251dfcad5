package org.lvs4j.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Threads change loads of one {@link LoadTournament} and pick from it at once: afterwards every change
 * has taken effect.
 */
public class LoadTournamentStress {
    /** Sixteen servers, of which server 0 has the least load. */
    private static LoadedServers servers() {
        return new LoadedServers(1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    }

    private static int least(LoadedServers servers) {
        return LoadTournament.least(LoadMeasure.LEAST_CONNECTION, servers);
    }

    /** The pick after those that may come from the cell of this thread. */
    private static int leastAfterRaces(LoadedServers servers) {
        for (int i = 0; i < LoadCell.CAPACITY; i++) {
            least(servers);
        }
        return least(servers);
    }

    /** The loads of two servers of one group of the tree change: one grows, one decreases. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Both have taken effect.")
    @Outcome(expect = FORBIDDEN, desc = "One change was lost.")
    @State
    public static class TwoChangesInOneGroup {
        private final LoadedServers servers = servers();

        public TwoChangesInOneGroup() {
            least(servers);
        }

        @Actor
        public void load() {
            servers.change(0, 5);
        }

        @Actor
        public void unload() {
            servers.change(1, -1);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }

    /** The loads of two servers of different groups change. */
    @JCStressTest
    @Outcome(id = "12", expect = ACCEPTABLE, desc = "Both have taken effect.")
    @Outcome(expect = FORBIDDEN, desc = "One change was lost.")
    @State
    public static class TwoChangesInTwoGroups {
        private final LoadedServers servers = servers();

        public TwoChangesInTwoGroups() {
            least(servers);
        }

        @Actor
        public void load() {
            servers.change(0, 5);
        }

        @Actor
        public void unload() {
            servers.change(12, -1);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }

    /** Two threads decrease the load of one server: the later value must remain. */
    @JCStressTest
    @Outcome(id = "4", expect = ACCEPTABLE, desc = "The later value remains.")
    @Outcome(expect = FORBIDDEN, desc = "An earlier value has overwritten a later one.")
    @State
    public static class TwoChangesOfOneServer {
        private final LoadedServers servers = servers();

        public TwoChangesOfOneServer() {
            servers.change(4, 1);
            least(servers);
        }

        @Actor
        public void unload() {
            servers.change(4, -1);
        }

        @Actor
        public void unloadMore() {
            servers.change(4, -2);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }

    /** A load decreases while the first pick builds the tree and registers it. */
    @JCStressTest
    @Outcome(
            id = {"0, 5", "5, 5"},
            expect = ACCEPTABLE,
            desc = "The next pick sees the change, whether or not this one did.")
    @Outcome(expect = FORBIDDEN, desc = "The change was neither reported to the tree nor read by it.")
    @State
    public static class RegisterVersusChange {
        private final LoadedServers servers = servers();

        @Actor
        public void change() {
            servers.change(5, -2);
        }

        @Actor
        public void pick(II_Result r) {
            r.r1 = least(servers);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = leastAfterRaces(servers);
        }
    }

    /** A pick races with a change: one of them may find the lock taken, and mark or reserve servers. */
    @JCStressTest
    @Outcome(
            id = {"0, 5", "5, 5"},
            expect = ACCEPTABLE,
            desc = "The next pick sees the change, whether or not this one did.")
    @Outcome(expect = FORBIDDEN, desc = "The change was lost, or an expected load has remained.")
    @State
    public static class PickVersusChange {
        private final LoadedServers servers = servers();

        public PickVersusChange() {
            least(servers);
        }

        @Actor
        public void change() {
            servers.change(5, -2);
        }

        @Actor
        public void pick(II_Result r) {
            r.r1 = least(servers);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = leastAfterRaces(servers);
        }
    }

    /** Two picks, each followed by a connection: reserved servers do not stay reserved. */
    @JCStressTest
    @Outcome(
            id = "2",
            expect = ACCEPTABLE,
            desc = "Servers 0 and 1 have three connections: the first of the others is next.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Both picked server 0 before either connection was counted.")
    @Outcome(expect = FORBIDDEN, desc = "A connection was lost, or an expected one has remained.")
    @State
    public static class TwoPicks {
        private final LoadedServers servers = servers();

        public TwoPicks() {
            servers.change(0, 1);
            least(servers);
        }

        @Actor
        public void pickFirst() {
            servers.change(least(servers), 1);
        }

        @Actor
        public void pickSecond() {
            servers.change(least(servers), 1);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }
}
