package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.benchmarks.Peer;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

class GroupTest {
    private static List<Options> runs(Group group, String... userArgs) throws Exception {
        return Main.runs(group, new CommandLineOptions(userArgs));
    }

    private static Collection<String> values(Options options, String param) {
        return options.getParameter(param).get();
    }

    @ParameterizedTest
    @EnumSource
    void group_everyRun_asksPeersForWhatTheyHave(Group group) throws Exception {
        assertThat(runs(group)).isNotEmpty().allSatisfy(run -> {
            if (!run.getParameter("scheduler").hasValue()) {
                return;
            }
            for (String peer : values(run, "peer")) {
                assertThat(Peer.valueOf(peer).schedulers()).containsAll(values(run, "scheduler"));
            }
        });
    }

    @Test
    void pick_asItIs_aRunForEachRow() throws Exception {
        Set<String> rows = new TreeSet<>();
        for (Options run : runs(Group.PICK)) {
            assertThat(values(run, "peer")).startsWith("LVS4J", "PLAIN");
            String row = values(run, "scheduler") + " " + values(run, "servers") + " " + run.getThreads().get();
            assertThat(rows.add(row)).as(row).isTrue();
        }
        assertThat(rows).hasSize(4 * 3 * 2).contains("[rr] [10] 1", "[wlc] [1000] 2");
    }

    @Test
    void pick_rr_everyPeer() throws Exception {
        assertThat(runs(Group.PICK, "-p", "scheduler=rr"))
                .hasSize(3 * 2)
                .allSatisfy(run -> assertThat(values(run, "peer")).hasSize(Peer.values().length));
    }

    @Test
    void pick_userNamesPeerAndThreads_onlyThose() throws Exception {
        List<Options> runs = runs(Group.PICK, "-p", "peer=GRPC", "-p", "servers=7", "-t", "4", "-f", "1");
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(values(run, "peer")).containsExactly("GRPC");
            assertThat(values(run, "servers")).containsExactly("7");
            assertThat(run.getThreads().get()).isEqualTo(4);
            assertThat(run.getForkCount().get()).isEqualTo(1);
        });
    }

    @Test
    void pick_userNamesWhatNobodyHas_nothing() throws Exception {
        assertThat(runs(Group.PICK, "-p", "scheduler=nonsense")).isEmpty();
    }

    @Test
    void find_unknownLabel_empty() {
        assertThat(Group.find("nonsense")).isEmpty();
        assertThat(Group.find("pick")).contains(Group.PICK);
    }
}
