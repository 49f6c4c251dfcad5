package org.lvs4j.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.benchmarks.Peer;
import org.lvs4j.benchmarks.hot.StorePeer;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

class GroupTest {
    private static List<Options> runs(Group group, String... userArgs) throws Exception {
        return Main.runs(group, new CommandLineOptions(userArgs), false);
    }

    private static Collection<String> values(Options options, String param) {
        return options.getParameter(param).get();
    }

    @ParameterizedTest
    @EnumSource
    void group_everyRun_peersHaveTheSchedulers(Group group) throws Exception {
        assertThat(runs(group).size() + group.harnesses().size()).isPositive();
        assertThat(runs(group)).allSatisfy(run -> {
            if (!run.getParameter("scheduler").hasValue()) {
                return;
            }
            for (String peer : values(run, "peer")) {
                assertThat(Peer.valueOf(peer).schedulers()).containsAll(values(run, "scheduler"));
            }
        });
    }

    @Test
    void pick_withoutOptions_oneRunPerRow() throws Exception {
        Set<String> rows = new TreeSet<>();
        for (Options run : runs(Group.PICK)) {
            assertThat(values(run, "peer")).startsWith("LVS4J", "PLAIN");
            String row = run.getIncludes() + " " + values(run, "scheduler") + " " + values(run, "servers") + " "
                    + run.getThreads().get();
            assertThat(rows.add(row)).as(row).isTrue();
        }
        // Four schedulers in PickBenchmark, four in PickReleaseBenchmark; three sizes; two numbers of threads.
        assertThat(rows).hasSize(8 * 3 * 2);
    }

    @Test
    void pick_rr_everyPeer() throws Exception {
        assertThat(runs(Group.PICK, "-p", "scheduler=rr"))
                .hasSize(3 * 2)
                .allSatisfy(run -> assertThat(values(run, "peer")).hasSize(Peer.values().length));
        assertThat(runs(Group.PICK, "-p", "scheduler=nq"))
                .allSatisfy(run -> assertThat(values(run, "peer")).containsExactly("LVS4J", "PLAIN"));
    }

    @Test
    void pick_peerAndThreadsGiven_onlyThose() throws Exception {
        List<Options> runs = runs(Group.PICK, "-p", "peer=GRPC", "-p", "servers=7", "-t", "4", "-f", "1");
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(values(run, "peer")).containsExactly("GRPC");
            assertThat(values(run, "servers")).containsExactly("7");
            assertThat(run.getThreads().get()).isEqualTo(4);
            assertThat(run.getForkCount().get()).isEqualTo(1);
        });
    }

    @Test
    void pick_unknownSchedulerGiven_noRun() throws Exception {
        assertThat(runs(Group.PICK, "-p", "scheduler=nonsense")).isEmpty();
    }

    @Test
    void find_unknownLabel_empty() {
        assertThat(Group.find("nonsense")).isEmpty();
        assertThat(Group.find("pick")).contains(Group.PICK);
    }

    @Test
    void hot_twoWritingThreads_withoutPlain() throws Exception {
        assertThat(runs(Group.HOT, "-p", "connections=1000000"))
                .filteredOn(run -> run.getThreads().get() == 2
                        && !run.getIncludes().get(0).contains("Established")
                        && !run.getIncludes().get(0).contains("Pick"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(run -> assertThat(values(run, "peer"))
                        .contains(StorePeer.LVS4J.name(), StorePeer.CHM.name())
                        .doesNotContain(StorePeer.PLAIN.name()));
    }

    @Test
    void hot_tenMillionConnections_largeHeapAndUsersArguments() throws Exception {
        assertThat(runs(Group.HOT, "-p", "connections=10000000", "-jvmArgsAppend", "-XX:+UseTransparentHugePages"))
                .filteredOn(run -> !run.getIncludes().get(0).matches(".*(Pick|Maglev).*"))
                .isNotEmpty()
                .allSatisfy(run ->
                        assertThat(run.getJvmArgsAppend().get()).contains("-Xmx8g", "-XX:+UseTransparentHugePages"));
    }

    @Test
    void hot_quick_oneForkAndNoLargeSizes() throws Exception {
        List<Options> quick = Main.runs(Group.HOT, new CommandLineOptions(), true);
        assertThat(quick).hasSizeLessThan(runs(Group.HOT).size()).allSatisfy(run -> {
            assertThat(run.getForkCount().get()).isEqualTo(1);
            if (run.getParameter("connections").hasValue()) {
                assertThat(values(run, "connections")).isSubsetOf("10000", "1000000");
            }
        });
        assertThat(Main.harnesses(Group.HOT, new CommandLineOptions(), true))
                .isNotEmpty()
                .noneMatch(Harness::isLong);
    }

    @Test
    void hot_optionsGiven_programsAndRunsNarrowed() throws Exception {
        Options user = new CommandLineOptions("-p", "peer=PLAIN", "-p", "connections=10000000");
        assertThat(Main.harnesses(Group.HOT, user, false)).hasSize(2).allSatisfy(harness -> {
            assertThat(harness.peers()).containsExactly("PLAIN");
            assertThat(harness.connections()).isEqualTo("10000000");
        });
        assertThat(Main.harnesses(Group.HOT, new CommandLineOptions("Churn"), false))
                .isEmpty();
        assertThat(runs(Group.HOT, "Churn")).isNotEmpty().allSatisfy(run -> {
            assertThat(run.getIncludes().get(0)).contains("ChurnBenchmark");
            String others = run.getExcludes().get(0);
            assertThat("org.lvs4j.benchmarks.hot.MixedBenchmark.a").containsPattern(others);
            assertThat("org.lvs4j.benchmarks.hot.ChurnBenchmark.a").doesNotContainPattern(others);
        });
    }

    @ParameterizedTest
    @EnumSource
    void group_everyGoal_measuredByARun(Group group) throws Exception {
        List<Options> runs = runs(group);
        for (Goal goal : group.goals()) {
            for (Goal.Cell cell :
                    goal.reference() == null ? List.of(goal.measured()) : List.of(goal.measured(), goal.reference())) {
                boolean measured = runs.stream().anyMatch(run -> covers(run, cell))
                        || group.harnesses().stream().anyMatch(harness -> covers(harness, cell));
                assertThat(measured).as(goal.row() + ": " + cell).isTrue();
            }
        }
    }

    private static boolean covers(Options run, Goal.Cell cell) {
        String benchmark = cell.benchmark().substring(0, cell.benchmark().indexOf('.'));
        return run.getIncludes().get(0).endsWith(benchmark + "\\.")
                && run.getThreads().get() == cell.threads()
                && values(run, "peer").contains(cell.peer())
                && cell.setting().entrySet().stream()
                        .allMatch(entry -> values(run, entry.getKey()).contains(entry.getValue()));
    }

    private static boolean covers(Harness harness, Goal.Cell cell) {
        return cell.benchmark().startsWith(harness.program().getSimpleName() + ".")
                && harness.peers().contains(cell.peer())
                && cell.setting().equals(Map.of("connections", harness.connections()));
    }
}
