package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** Rules as a whole configuration, or on top of a running one. */
class RulesConfigurationTest {
    private static final String WEB = """
            -A -t 10.0.0.1:80 -s wrr
            -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 2 -x 10 -y 5
            """;

    private final Director director = Director.create();

    @Test
    void plan_sameRules_nothing() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB)).isEmpty();
        assertThat(planned(WEB)).isEmpty();
    }

    @Test
    void plan_weightChanged_oneEdit() throws RuleException {
        reload(WEB);
        assertThat(planned(WEB.replace("-w 1", "-w 0"))).isEqualTo("-e -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 0\n");
    }

    @Test
    void plan_thresholdsLeftOut_edited() throws RuleException {
        reload(WEB);
        assertThat(planned(WEB.replace(" -x 10 -y 5", ""))).isEqualTo("-e -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 2\n");
    }

    @Test
    void plan_serverReplaced_newOneAddedFirst() throws RuleException {
        reload(WEB);
        assertThat(planned(WEB.replace("192.168.1.1:80", "192.168.1.9:80"))).isEqualTo("""
                -a -t 10.0.0.1:80 -r 192.168.1.9:80 -m -w 1
                -d -t 10.0.0.1:80 -r 192.168.1.1:80
                """);
    }

    @Test
    void plan_emptyText_servicesRemoved() throws RuleException {
        reload(WEB + "-A -f 5\n");
        assertThat(planned("# nothing\n")).isEqualTo("-D -t 10.0.0.1:80\n-D -f 5\n");
    }

    @Test
    void plan_otherScheduler_serviceEditedOnly() throws RuleException {
        reload(WEB);
        assertThat(planned(WEB.replace("-s wrr", "-s rr -p 60"))).isEqualTo("-E -t 10.0.0.1:80 -s rr -p 60\n");
    }

    @Test
    void plan_timeouts_changedOnlyIfDifferent() throws RuleException {
        assertThat(plan("--set 900 120 300")).isEmpty();
        assertThat(plan("--set 0 0 0")).isEmpty();
        assertThat(planned("--set 100 0 0\n--set 0 0 30")).isEqualTo("--set 100 120 30\n");
        reload("--set 100 0 0\n--set 0 0 30");
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(100, 120, 30));
        assertThat(planned(WEB)).hasLineCount(3);
    }

    @Test
    void plan_sequenceOfCommands_onlyItsOutcomePlanned() throws RuleException {
        reload(WEB);
        assertThat(plan("-A -f 1\n-C\n" + WEB + """
                -E -t 10.0.0.1:80 -s rr
                -E -t 10.0.0.1:80 -s wrr
                -a -t 10.0.0.1:80 -r 192.168.1.3 -m
                -d -t 10.0.0.1:80 -r 192.168.1.3
                -e -t 10.0.0.1:80 -r 192.168.1.1 -m -w 1
                -A -u 10.0.0.1:53
                -D -u 10.0.0.1:53
                """)).isEmpty();
    }

    @Test
    void apply_newServers_orderOfTheText() throws RuleException {
        reload(WEB);
        assertThat(servers()).containsExactly("192.168.1.2:80", "192.168.1.1:80");
        reload(WEB + "-a -t 10.0.0.1:80 -r 192.168.1.8 -m\n-a -t 10.0.0.1:80 -r 192.168.1.5 -m\n");
        assertThat(servers()).containsExactly("192.168.1.5:80", "192.168.1.8:80", "192.168.1.2:80", "192.168.1.1:80");
    }

    @Test
    void apply_unchangedService_keepsConnectionsAndCounters() throws RuleException {
        reload(WEB);
        try (Connection connection = director.open(ServiceKey.tcp("10.0.0.1:80"))) {
            assertThat(connection.server()).isNotNull();
            reload(WEB.replace("-w 2", "-w 3") + "-A -f 7\n");
            assertThat(director.services().get(0).traffic().connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -A -t 10.0.0.2:80 -s nosuch           | f:5:22: Scheduler or persistence engine not found 'nosuch'
            -A -u 10.0.0.2:80 -p 9 --pe nosuch    | f:5:29: Scheduler or persistence engine not found 'nosuch'; expected one of
            -E -t 10.0.0.1:80 -s nosuch           | f:5:22: Scheduler or persistence engine not found 'nosuch'
            -A -t 10.0.0.1:80                     | f:5:7: Service already exists '10.0.0.1:80'
            -E -t 10.0.0.2:80                     | f:5:7: No such service '10.0.0.2:80'
            -D -t 10.0.0.2:80                     | f:5:7: No such service '10.0.0.2:80'
            -a -t 10.0.0.2:80 -r 1.2.3.4          | f:5:7: Service not defined '10.0.0.2:80'
            -a -t 10.0.0.1:80 -r 192.168.1.1 -m   | f:5:22: Destination already exists '192.168.1.1'
            -e -t 10.0.0.1:80 -r 192.168.1.9 -m   | f:5:22: No such destination '192.168.1.9'
            -d -t 10.0.0.1:80 -r 192.168.1.9      | f:5:22: No such destination '192.168.1.9'
            -Z                                    | f:5:1: command does not describe a configuration '-Z'
            -Ln                                   | f:5:1: command changes nothing '-Ln'
            --start-daemon master                 | f:5:1: no synchronisation daemon here '--start-daemon'
            -A -t 10.0.0.1                        | f:5:7: Zero port specified
            """)
    void replacing_badRules_errorAtTheTokenAndNothingChanged(String bad, String message) throws RuleException {
        reload(WEB);
        String before = Rules.of(director).print();
        assertThatThrownBy(() -> plan(WEB.replace("-w 1", "-w 9") + "# one more\n" + bad))
                .isInstanceOf(RuleException.class)
                .hasMessageStartingWith(message);
        assertThat(Rules.of(director).print()).isEqualTo(before);
    }

    @Test
    void apply_refusedMidway_nothingChanged() throws RuleException {
        reload(WEB);
        List<ConfigurationChange> changes =
                plan("--set 9 9 9\n" + WEB.replace("-w 1", "-w 9").replace("wrr", "rr")
                        + "-a -t 10.0.0.1:80 -r 192.168.1.3 -m\n-A -f 1\n-A -f 2\n");
        director.addService(VirtualService.builder(ServiceKey.mark(2)).build());
        List<ServiceSnapshot> before = director.services();
        assertThatThrownBy(() -> director.apply(changes))
                .isInstanceOf(DirectorException.class)
                .hasNoSuppressedExceptions();
        assertThat(director.services()).isEqualTo(before);
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(900, 120, 300));
    }

    @Test
    void apply_refusedAmongRemovals_takenBackInPlace() throws RuleException {
        reload(WEB + "-A -f 1\n-A -f 2\n");
        List<ConfigurationChange> changes = plan("");
        director.removeService(ServiceKey.mark(2));
        String before = describe();
        assertThatThrownBy(() -> director.apply(changes)).isInstanceOf(DirectorException.class);
        assertThat(describe()).isEqualTo(before);
        assertThat(servers()).containsExactly("192.168.1.2:80", "192.168.1.1:80");
    }

    @Test
    @Tag("slow")
    void apply_randomConfigurations_reachedAndThenStable() throws RuleException {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            String text = randomConfiguration(random);
            Rules wanted = Rules.parse(text, "random");
            List<ConfigurationChange> changes = plan(text);
            assertThat(changes).as("seed %d", seed).doesNotHaveDuplicates();
            assertThat(director.apply(changes)).as("seed %d", seed).isEqualTo(changes);
            Director fresh = Director.create();
            wanted.applyTo(fresh);
            assertThat(configured(director)).as("seed %d: %s", seed, text).isEqualTo(configured(fresh));
            assertThat(plan(text)).as("seed %d: %s", seed, text).isEmpty();
        }
    }

    // ---- attributes that rules cannot express

    private static final Duration MINUTE = Duration.ofSeconds(60);

    /** The services of {@link #WEB} with a slow start, which rules cannot express. */
    private void startSlowly() throws RuleException {
        reload(WEB);
        director.editService(running().toBuilder().slowStart(MINUTE).build());
    }

    private VirtualService running() {
        DirectorConfiguration.Service web = director.configuration(ServiceKey.tcp("10.0.0.1:80"));
        assertThat(web).isNotNull();
        return web.service();
    }

    @Test
    void replacing_sameRulesSlowStartRunning_nothingPlannedAndKept() throws RuleException {
        startSlowly();
        assertThat(plan(WEB)).isEmpty();
        reload(WEB);
        assertThat(running().slowStart()).isEqualTo(MINUTE);
    }

    @Test
    void replacing_otherSchedulerSlowStartRunning_kept() throws RuleException {
        startSlowly();
        reload(WEB.replace("-s wrr", "-s wlc -p 60"));
        assertThat(running().scheduler()).isEqualTo("wlc");
        assertThat(running().slowStart()).isEqualTo(MINUTE);
    }

    @Test
    void replacing_flagsAndPersistenceLeftOut_dropped() throws RuleException {
        reload("-A -t 10.0.0.1:80 -s sh -b sh-port -p 60\n");
        reload("-A -t 10.0.0.1:80 -s sh\n");
        assertThat(running().flags()).isEmpty();
        assertThat(running().persistence()).isNull();
    }

    @Test
    void replacing_sysctlSet_kept() throws RuleException {
        director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        reload(WEB);
        assertThat(director.sysctl(Sysctl.EXPIRE_NODEST_CONN)).isEqualTo(1);
    }

    @Test
    void replacing_removedService_startsWithoutSlowStartWhenItComesBack() throws RuleException {
        startSlowly();
        reload("");
        reload(WEB);
        assertThat(running().slowStart()).isZero();
    }

    @Test
    void appliedTo_serviceClearedAndAddedAgain_slowStartKept() throws RuleException {
        startSlowly();
        applyOnTop("-C\n" + WEB.replace("-s wrr", "-s wlc"));
        assertThat(running().scheduler()).isEqualTo("wlc");
        assertThat(running().slowStart()).isEqualTo(MINUTE);
    }

    @Test
    void commandApplied_editOfService_slowStartKept() throws RuleException {
        startSlowly();
        VirtualService before = running();
        List<ConfigurationChange> made = RuleParser.parse(List.of("-E", "-t", "10.0.0.1:80", "-s", "wlc"))
                .applyTo(director);
        assertThat(running().scheduler()).isEqualTo("wlc");
        assertThat(running().slowStart()).isEqualTo(MINUTE);
        assertThat(made).containsExactly(new ConfigurationChange.ServiceEdited(before, running()));
    }

    // ---- what is ours, in a comment

    private static final String SLOW = "-A -t 10.0.0.1:80 -s wrr #lvs4j slow-start=60s\n";

    @Test
    void replacing_commentWithSlowStart_setPrintedAndReadAgain() throws RuleException {
        reload(SLOW);

        assertThat(running().slowStart()).isEqualTo(MINUTE);
        assertThat(Rules.of(director).print()).isEqualTo(SLOW.replace("60s", "1m"));
        assertThat(plan(Rules.of(director).print())).isEmpty();
    }

    @Test
    void replacing_commentWithOtherSlowStart_changed() throws RuleException {
        reload(SLOW);
        reload(SLOW.replace("60s", "500ms"));
        assertThat(running().slowStart()).isEqualTo(Duration.ofMillis(500));
        reload(SLOW.replace("60s", "0s"));
        assertThat(running().slowStart()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'-A -t 10.0.0.1:80 #lvs4j slow-strt=60s', 26, perhaps slow-start",
        "'-A -t 10.0.0.1:80 #lvs4j slow-start=60', 26, slow-start=TIME",
        "'-A -t 10.0.0.1:80 #lvs4j slow-start=25h', 26, slow-start=TIME",
        "'-A -t 10.0.0.1:80 #lvs4j', 19, slow-start=TIME",
        "'#lvs4j slow-start=60s', 1, a command before it",
        "'-D -t 10.0.0.1:80 #lvs4j slow-start=60s', 26, no #lvs4j",
    })
    void parse_wrongComment_errorAtTheWord(String line, int column, String expected) {
        assertThatThrownBy(() -> Rules.parse(line, "rules")).isInstanceOfSatisfying(RuleException.class, e -> {
            assertThat(e.column()).isEqualTo(column);
            assertThat(e.expected()).contains(expected);
        });
    }

    // ---- on top of a running configuration

    @Test
    void appliedTo_running_commandsAdded() throws RuleException {
        reload(WEB);
        applyOnTop("-A -f 1\n-e -t 10.0.0.1:80 -r 192.168.1.1 -m -w 7\n-Z\n-Z -f 1\n--set 10 0 0\n");
        assertThat(describe()).isEqualTo("""
                -A -f 1 -s wlc
                -A -t 10.0.0.1:80 -s wrr
                -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 7
                -a -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 2 -x 10 -y 5""");
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(10, 120, 300));
    }

    @Test
    void appliedTo_severalErrors_allReportedWithoutConsequentialErrors() throws RuleException {
        reload(WEB);
        Rules rules = Rules.parse("""
                -A -f 1 -s nosuch
                -a -f 1 -r 192.168.1.1 -m
                -a -t 10.0.0.1:80 -r 192.168.1.1 -m
                -A -f 2
                -Z -f 3
                -A -f 2
                """, "f");
        assertThatThrownBy(() -> rules.appliedTo(director.configuration(), director))
                .hasMessageStartingWith("f:1:12: Scheduler or persistence engine not found 'nosuch'")
                .isInstanceOfSatisfying(
                        RuleException.class,
                        e -> assertThat(e.all()).extracting(RuleException::line).containsExactly(1, 3, 5, 6));
    }

    @Test
    void appliedTo_manyErrors_listEndsAtTheLimit() throws RuleException {
        StringBuilder text = new StringBuilder();
        for (int mark = 1; mark < Rules.MAX_ERRORS + 5; mark++) {
            text.append("-D -f ").append(mark).append('\n');
        }
        Rules rules = Rules.parse(text.toString(), "f");
        assertThatThrownBy(() -> rules.appliedTo(director.configuration(), director))
                .isInstanceOfSatisfying(
                        RuleException.class, e -> assertThat(e.all()).hasSize(Rules.MAX_ERRORS));
    }

    @Test
    void of_changes_commandsInOrder() throws RuleException {
        director.setSysctl(Sysctl.SLOPPY_TCP, 1);
        DirectorConfiguration running = director.configuration();
        DirectorConfiguration wanted = Rules.parse(WEB + "--set 1 2 3", "f").replacing(running, director).toBuilder()
                .sysctl(Sysctl.SLOPPY_TCP, 0)
                .build();
        assertThat(Rules.of(running.changesTo(wanted)).print()).isEqualTo("--set 1 2 3\n" + WEB);
        assertThat(Rules.of(wanted.changesTo(running)).print()).isEqualTo("--set 900 120 300\n-D -t 10.0.0.1:80\n");
    }

    private static String randomConfiguration(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int service = 0; service < 4; service++) {
            if (random.nextInt(3) == 0) {
                continue;
            }
            String key = service < 2 ? "-t 10.0.0." + service + ":80" : "-f " + service + (service == 3 ? " -6" : "");
            text.append("-A ")
                    .append(key)
                    .append(List.of(" -s rr", " -s wrr", " -s wlc -p 60").get(random.nextInt(3)))
                    .append('\n');
            for (int server = 1; server < 5; server++) {
                if (random.nextBoolean()) {
                    String host = service == 3 ? "[fd00::" + server + "]" : "192.168.1." + server;
                    text.append("-a ")
                            .append(key)
                            .append(" -r ")
                            .append(host)
                            .append(" -m -w ")
                            .append(random.nextInt(3))
                            .append(random.nextBoolean() ? " -x 9\n" : "\n");
                }
            }
        }
        return text.toString();
    }

    /** The whole configuration, sorted. */
    private static List<String> configured(Director director) {
        List<String> lines = new ArrayList<>();
        director.services().forEach(service -> {
            lines.add(new RuleCommand.AddService(service.service()).print());
            service.servers()
                    .forEach(server -> lines.add(
                            new RuleCommand.AddServer(service.service().key(), server.server()).print()));
        });
        return lines.stream().sorted().toList();
    }

    private String describe() {
        return configured(director).stream().collect(Collectors.joining("\n"));
    }

    private List<String> servers() {
        ServiceSnapshot web = director.service(ServiceKey.tcp("10.0.0.1:80"));
        assertThat(web).isNotNull();
        return web.servers().stream()
                .map(server -> server.server().endpoint().toString())
                .toList();
    }

    private List<ConfigurationChange> plan(String text) throws RuleException {
        DirectorConfiguration running = director.configuration();
        return running.changesTo(Rules.parse(text, "f").replacing(running, director));
    }

    private String planned(String text) throws RuleException {
        return Rules.of(plan(text)).print();
    }

    private void reload(String text) throws RuleException {
        director.apply(Rules.parse(text, "f").replacing(director.configuration(), director));
    }

    private void applyOnTop(String text) throws RuleException {
        director.apply(Rules.parse(text, "f").appliedTo(director.configuration(), director));
    }
}
