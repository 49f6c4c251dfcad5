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

/** Threads change loads of one {@link LoadTournament} and pick from it at once: afterwards it knows all that has changed. */
public class LoadTournamentStress {
    /** The loads, of which server 0 has the least. */
    private static LoadedServers servers() {
        return new LoadedServers(1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    }

    private static int least(LoadedServers servers) {
        return LoadTournament.least(LoadMeasure.LEAST_CONNECTION, servers);
    }

    /** The pick once all is taken that was set aside for this thread. */
    private static int leastAfterRaces(LoadedServers servers) {
        for (int i = 0; i < LoadCell.MOST; i++) {
            least(servers);
        }
        return least(servers);
    }

    /** Servers of one group change, one to the worse and one to the better. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The tree knows both.")
    @Outcome(expect = FORBIDDEN, desc = "One of them was lost.")
    @State
    public static class TwoChangesInOneMatch {
        private final LoadedServers servers = servers();

        public TwoChangesInOneMatch() {
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

    /** Servers of two groups change. */
    @JCStressTest
    @Outcome(id = "12", expect = ACCEPTABLE, desc = "The tree knows both.")
    @Outcome(expect = FORBIDDEN, desc = "One of them was lost.")
    @State
    public static class TwoChangesFarApart {
        private final LoadedServers servers = servers();

        public TwoChangesFarApart() {
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

    /** Two threads change the load of one server: the later reading has to be the one that stays. */
    @JCStressTest
    @Outcome(id = "4", expect = ACCEPTABLE, desc = "The tree knows the last load of it.")
    @Outcome(expect = FORBIDDEN, desc = "An older reading has overwritten a newer one.")
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
        public void unloadToo() {
            servers.change(4, -2);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }

    /** A load changes while the first pick builds the tree and puts it on the board. */
    @JCStressTest
    @Outcome(
            id = {"0, 5", "5, 5"},
            expect = ACCEPTABLE,
            desc = "The next pick knows, whether or not this one did.")
    @Outcome(expect = FORBIDDEN, desc = "Neither the change has found the tree nor the tree the change.")
    @State
    public static class BuildVersusChange {
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

    /** A pick races with a change: whoever finds the other at work leaves a mark, or servers set aside. */
    @JCStressTest
    @Outcome(
            id = {"0, 5", "5, 5"},
            expect = ACCEPTABLE,
            desc = "The next pick knows, whether or not this one did.")
    @Outcome(expect = FORBIDDEN, desc = "The change was lost, or what was foreseen has stayed.")
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

    /** Two picks, each followed by a connection: what is set aside for one is not kept from the other for good. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Servers 0 and 1 have three now: the first of the others is next.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Both picked server 0 before either had counted.")
    @Outcome(expect = FORBIDDEN, desc = "A connection was forgotten, or foreseen for good.")
    @State
    public static class TwoPicks {
        private final LoadedServers servers = servers();

        public TwoPicks() {
            servers.change(0, 1);
            least(servers);
        }

        @Actor
        public void pick() {
            servers.change(least(servers), 1);
        }

        @Actor
        public void pickToo() {
            servers.change(least(servers), 1);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = leastAfterRaces(servers);
        }
    }
}
