package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ReloadTest {
    private static final String WEB = """
            -A -t 10.0.0.1:80 -s wrr
            -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 2 -x 10 -y 5
            """;

    private final Director director = Director.create();

    @Test
    void plan_sameRules_nothing() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB).changes()).isEmpty();
        assertThat(plan(WEB).print()).isEmpty();
    }

    @Test
    void plan_weightChanged_oneEdit() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB.replace("-w 1", "-w 0")).print())
                .isEqualTo("-e -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 0\n");
    }

    @Test
    void plan_thresholdsLeftOut_edited() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB.replace(" -x 10 -y 5", "")).print())
                .isEqualTo("-e -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 2\n");
    }

    @Test
    void plan_serverExchanged_addedBeforeTheOldOneGoes() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB.replace("192.168.1.1:80", "192.168.1.9:80")).print())
                .isEqualTo("""
                -a -t 10.0.0.1:80 -r 192.168.1.9:80 -m -w 1
                -d -t 10.0.0.1:80 -r 192.168.1.1:80
                """);
    }

    @Test
    void plan_nothingWanted_servicesRemoved() throws RuleException {
        reload(WEB + "-A -f 5\n");
        assertThat(plan("# nothing\n").print()).isEqualTo("-D -t 10.0.0.1:80\n-D -f 5\n");
    }

    @Test
    void plan_otherScheduler_serviceEditedOnly() throws RuleException {
        reload(WEB);
        assertThat(plan(WEB.replace("-s wrr", "-s rr -p 60")).print()).isEqualTo("-E -t 10.0.0.1:80 -s rr -p 60\n");
    }

    @Test
    void plan_timeouts_setOnlyIfTheyDiffer() throws RuleException {
        assertThat(plan("--set 900 120 300").changes()).isEmpty();
        assertThat(plan("--set 0 0 0").changes()).isEmpty();
        assertThat(plan("--set 100 0 0\n--set 0 0 30").print()).isEqualTo("--set 100 120 30\n");
        reload("--set 100 0 0\n--set 0 0 30");
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(100, 120, 30));
        assertThat(plan(WEB).changes()).hasSize(3);
    }

    @Test
    void plan_sequenceOfCommands_onlyTheirOutcomeCounts() throws RuleException {
        reload(WEB);
        assertThat(plan("-A -f 1\n-C\n" + WEB + """
                -E -t 10.0.0.1:80 -s rr
                -E -t 10.0.0.1:80 -s wrr
                -a -t 10.0.0.1:80 -r 192.168.1.3 -m
                -d -t 10.0.0.1:80 -r 192.168.1.3
                -e -t 10.0.0.1:80 -r 192.168.1.1 -m -w 1
                -A -u 10.0.0.1:53
                -D -u 10.0.0.1:53
                """).changes()).isEmpty();
    }

    @Test
    void apply_newServers_inTheOrderOfTheText() throws RuleException {
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
    void plan_badRules_refusedAndNothingChanged(String bad, String message) throws RuleException {
        reload(WEB);
        String before = Rules.of(director).print();
        assertThatThrownBy(() -> plan(WEB.replace("-w 1", "-w 9") + "# one more\n" + bad))
                .isInstanceOf(RuleException.class)
                .hasMessageStartingWith(message);
        assertThat(Rules.of(director).print()).isEqualTo(before);
    }

    @Test
    void apply_refusedMidway_takenBack() throws RuleException {
        reload(WEB);
        Reload reload = plan("--set 9 9 9\n" + WEB.replace("-w 1", "-w 9").replace("wrr", "rr")
                + "-a -t 10.0.0.1:80 -r 192.168.1.3 -m\n-A -f 1\n-A -f 2\n");
        director.addService(VirtualService.builder(ServiceKey.mark(2)).build());
        List<ServiceSnapshot> before = director.services();
        assertThatThrownBy(() -> reload.apply(director))
                .isInstanceOf(DirectorException.class)
                .hasNoSuppressedExceptions();
        assertThat(director.services()).isEqualTo(before);
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(900, 120, 300));
    }

    @Test
    void apply_refusedAmongRemovals_takenBackInPlace() throws RuleException {
        reload(WEB + "-A -f 1\n-A -f 2\n");
        Reload reload = plan("");
        director.removeService(ServiceKey.mark(2));
        String before = describe();
        assertThatThrownBy(() -> reload.apply(director)).isInstanceOf(DirectorException.class);
        assertThat(describe().lines().sorted())
                .containsExactlyElementsOf(before.lines().sorted().toList());
        assertThat(servers()).containsExactly("192.168.1.2:80", "192.168.1.1:80");
    }

    @Test
    void apply_randomConfigurations_reachedAndThenStable() throws RuleException {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            String text = randomConfiguration(random);
            Rules wanted = Rules.parse(text, "random");
            Reload reload = Reload.plan(director, wanted);
            assertThat(reload.changes()).as("seed %d", seed).doesNotHaveDuplicates();
            reload.apply(director);
            Director fresh = Director.create();
            wanted.applyTo(fresh);
            assertThat(configured(director)).as("seed %d: %s", seed, text).isEqualTo(configured(fresh));
            assertThat(Reload.plan(director, wanted).changes())
                    .as("seed %d: %s", seed, text)
                    .isEmpty();
        }
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

    /** Everything configured, without the order in which it came. */
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

    private Reload plan(String text) throws RuleException {
        return Reload.plan(director, Rules.parse(text, "f"));
    }

    private void reload(String text) throws RuleException {
        plan(text).apply(director);
    }
}
