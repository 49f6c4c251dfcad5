package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

@Tag("slow")
class ConsoleTest {
    private Balancer balancer;
    private Console console;
    private String service;

    @BeforeEach
    void start() throws RuleException, RulesInvalidException, IOException {
        service = "127.0.0.1:" + FreePort.next();
        PlaneOptions options = new PlaneOptions();
        balancer = Balancer.start(
                Director.create(),
                new Configuration.OfRules(Rules.parse("""
                        -A -t SERVICE -s wrr
                        -a -t SERVICE -r 127.0.0.2:8080 -m -w 3 -x 100 -y 50
                        -a -t SERVICE -r 127.0.0.3:8080 -m -w 2
                        """.replace("SERVICE", service), "test")),
                options);
        console = new Console(balancer, options, () -> Answer.ok("reloaded\n"));
    }

    @AfterEach
    void stop() {
        balancer.close();
    }

    private Answer lvsadm(String line) throws IOException {
        return lvsadm(line, "");
    }

    private Answer lvsadm(String line, String input) throws IOException {
        String arguments = line.replace("SERVICE", service);
        return lvsadm(List.of(arguments.split(" ")), input.replace("SERVICE", service));
    }

    private Answer lvsadm(List<String> arguments, String input) throws IOException {
        StringBuilder output = new StringBuilder();
        Answer answer = console.run(arguments, input.getBytes(StandardCharsets.UTF_8), output);
        return new Answer(answer.exitCode(), output + answer.output(), answer.error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"drain", "end", "health", "reload", "top"})
    void help_ownCommand_itsUsage(String command) throws IOException {
        Answer answer = lvsadm(command + " --help");

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.output()).startsWith("Usage: lvsadm " + command);
        assertThat(Usage.of(List.of(command, "-h"))).isEqualTo(answer.output());
    }

    @Test
    void unknownWord_ownCommandsNamed() throws IOException {
        assertThat(lvsadm("helth").error())
                .startsWith("not a command 'helth'")
                .endsWith("drain end health reload top --replace\n");
        assertThat(lvsadm("reload now").error()).startsWith("lvsadm reload: unexpected arguments: now");
        assertThat(lvsadm("top now").error()).startsWith("lvsadm top: unexpected arguments: now");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "-L --json", "--json -Ln --stats", "-Ln --json -t SERVICE"})
    void list_json_services(String line) throws IOException {
        Answer answer = lvsadm(line);

        assertThat(answer.exitCode()).as(answer.error()).isZero();
        assertThat(answer.output())
                .startsWith("{\"services\":[{\"id\":\"tcp:" + service + "\"")
                .endsWith("}\n");
        assertThat(console.kind(List.of(line.replace("SERVICE", service).split(" "))))
                .isEqualTo(ControlCommands.Kind.LISTING);
    }

    /** The messages and exit codes of ipvsadm 1.31. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-A -t SERVICE -s rr | 255 | Service already exists",
                "-a -t SERVICE -r 127.0.0.2:8080 -m | 255 | Destination already exists",
                "-a -t 127.0.0.1:9 -r 127.0.0.2:80 -m | 255 | Service not defined",
                "-e -t SERVICE -r 127.0.0.9:80 -m | 255 | No such destination",
                "-d -t SERVICE -r 127.0.0.9:80 | 255 | No such destination",
                "-D -t 127.0.0.1:9 | 255 | No such service",
                "-E -t 127.0.0.1:9 -s rr | 255 | No such service",
                "-A -t 127.0.0.1:9 -s nosuch | 255 | Scheduler or persistence engine not found",
                "-A -u 127.0.0.1:9 -s rr -p 60 --pe nosuch | 255 | Scheduler or persistence engine not found",
                "-A -t 127.0.0.1:0 -s rr | 2 | Zero port specified for non-persistent service",
                "-A -t 127.0.0.1:9 -s rr -o | 2 | One-Packet Scheduling is only for UDP virtual services",
                "-a -t SERVICE -r 127.0.0.7:80 -m -w -1 | 2 | illegal weight specified",
                "-a -t SERVICE -r 127.0.0.7:80 -m -x 5 -y 9 | 255 | Numerical result out of range",
                "-A -f 0 -s rr | 2 | invalid fwmark value `0' specified",
                "-A -t 127.0.0.1:99999 -s rr | 2 | illegal virtual server address[:port] specified",
                "-A -t 127.0.0.1:9 -s rr -p 0 | 2 | invalid timeout value `0' specified",
                "-A -t 127.0.0.1:9 -s rr -b sh-port | 2 | incompatible scheduler flag `sh-port'",
                "-Ln -t 127.0.0.1:9 | 1 | No such service",
                "--set 1 2 | 2 | --set option requires 3 timeout values",
                "-q | 255 | unknown option",
                "-a -t SERVICE -r 127.0.0.7:80 | 255 | use -m",
                "-a -t SERVICE -r 127.0.0.7:80 -i | 255 | use -m",
                "-A --sctp-service 127.0.0.1:9 | 255 | SCTP is not relayed",
                "-A -f 5 | 255 | no address to listen at for FWM 5; expected --listen tcp:ADDRESS:PORT@5",
                "--start-daemon master | 255 | is not supported",
                "-C --json | 2 | --json is an option of the listings of -L only",
                "-S -n --json | 2 | --json is an option of the listings of -L only",
                "-L -t 127.0.0.1:9 --json | 1 | No such service",
                "drain | 2 | lvsadm drain: a SERVER is missing",
                "drain 127.0.0.9:80 | 255 | no service has a server 127.0.0.9:80",
                "drain 127.0.0.9 | 255 | no service has a server 127.0.0.9",
                "drain 127.0.0.2:8080 -t 127.0.0.1:9 | 255 | no such service: TCP 127.0.0.1:9",
                "drain 127.0.0.9:80 -t SERVICE | 255 | no such server: 127.0.0.9:80",
                "drain web1 | 2 | illegal real server address[:port] specified",
                "drain 127.0.0.2:8080 --deadline 5 | 2 | is not a duration",
                "drain 127.0.0.2:8080 --deadline 5s --pacing 6s | 2 | --pacing 6s is longer than --deadline 5s",
                "drain 127.0.0.2:8080 --nosuch | 2 | Unknown option: '--nosuch'",
                "drain --abort 127.0.0.2:8080 | 255 | no drain of 127.0.0.2:8080 to abort",
                "end | 2 | lvsadm end: a SERVER is missing",
                "end 127.0.0.9:80 | 255 | no service has a server 127.0.0.9:80",
                "end 127.0.0.9:80 -t SERVICE | 255 | no such server: 127.0.0.9:80"
            })
    void command_refused_messageAndExitCodeOfIpvsadmAndNothingChanged(String line, int exitCode, String message)
            throws IOException {
        String before = lvsadm("-S -n").output();

        Answer answer = lvsadm(line);

        assertThat(answer.error()).contains(message).endsWith("\n");
        assertThat(answer.exitCode()).isEqualTo(exitCode);
        assertThat(answer.output()).isEmpty();
        assertThat(lvsadm("-S -n").output()).isEqualTo(before);
    }

    @Test
    void drain_serverWithAConnection_isListedAndAbortGivesTheWeightBack() throws IOException {
        Endpoint server = Endpoint.parse("127.0.0.2:8080");
        try (Connection held = openAt(server)) {
            String left = server + " in TCP " + service + ": draining, 1 active and 0 inactive connections,"
                    + " 0 persistent clients left\n";
            assertThat(lvsadm("drain 127.0.0.2 --deadline 1h")).isEqualTo(Answer.ok(left));
            assertThat(lvsadm("drain 127.0.0.2:8080 --progress"))
                    .isEqualTo(new Answer(DrainConsole.IN_PROGRESS, left, ""));
            assertThat(lvsadm("-L -n").output()).contains("127.0.0.2:8080               Masq    0      1          0");
            assertThat(lvsadm("-S -n").output()).contains("127.0.0.2:8080 -m -w 3");
            assertThat(lvsadm("drain --list").output())
                    .startsWith("Prot Service               Server                Phase    ActiveConn  InActConn")
                    .containsPattern(
                            "TCP  " + service + " +127.0.0.2:8080 +draining +1 +0 +0 +\\d+s +3[56]\\d\\ds +0\n");

            assertThat(lvsadm("-e -t SERVICE -r 127.0.0.2:8080 -m -w 7").exitCode())
                    .isZero();
            assertThat(lvsadm("-L -n").output()).contains("127.0.0.2:8080               Masq    0      1          0");
            assertThat(lvsadm("end 127.0.0.2:8080")).isEqualTo(Answer.ok("1 connection\n"));
            assertThat(held.expired()).isTrue();
            assertThat(lvsadm("drain 127.0.0.2:8080 --progress"))
                    .isEqualTo(Answer.ok(server + " in TCP " + service + ": drained, 1 connection was ended\n"));
            assertThat(lvsadm("drain --abort 127.0.0.2 -t SERVICE").exitCode())
                    .as("with a service, a missing port is that of the service")
                    .isEqualTo(255);
            assertThat(lvsadm("drain --abort 127.0.0.2")).isEqualTo(Answer.ok(""));
            assertThat(lvsadm("-L -n").output()).contains("127.0.0.2:8080               Masq    7      0          0");
            assertThat(lvsadm("drain 127.0.0.2 --progress").exitCode()).isEqualTo(Answer.FAILURE);
        }
    }

    private Connection openAt(Endpoint server) {
        for (int port = 1024; ; port++) {
            Connection connection = balancer.director()
                    .open(Flow.of(Protocol.TCP, Endpoint.parse("127.0.0.1:" + port), Endpoint.parse(service)));
            if (connection.destination().equals(server)) {
                return connection;
            }
            connection.expire();
        }
    }

    @Test
    void drainHelp_withoutAndWithCommand_namesTheOptions() throws IOException {
        assertThat(lvsadm("-h").output()).contains("drain SERVER", "end SERVER");
        assertThat(lvsadm("drain --help").output()).contains("--deadline", "--pacing", "--wait", "--abort", "--list");
        assertThat(lvsadm("end --help").output()).contains("--over");
    }

    @ParameterizedTest
    @CsvSource({"-Z", "--set 0 0 0", "-Z -t SERVICE", "-L --daemon", "-a -t SERVICE -r 127.0.0.8:80 -m -w 65536"})
    void command_acceptedByIpvsadm_silentSuccess(String line) throws IOException {
        assertThat(lvsadm(line)).isEqualTo(Answer.ok(""));
    }

    @Test
    void add_addressOfAnotherHost_refusedAndNamed() throws IOException {
        Answer answer = lvsadm("-A -t 192.0.2.1:80");

        assertThat(answer.exitCode()).isEqualTo(255);
        assertThat(answer.error()).contains("192.0.2.1:80").contains("add it to an interface first");
        assertThat(balancer.director().service(ServiceKey.tcp("192.0.2.1:80"))).isNull();
        assertThat(lvsadm("-A -t 127.0.0.1:" + FreePort.next())).isEqualTo(Answer.ok(""));
    }

    @Test
    void restore_goodRules_added() throws IOException {
        int port = FreePort.next();

        Answer answer =
                lvsadm("-R", "-A -u 127.0.0.1:" + port + " -s rr\n-a -u 127.0.0.1:" + port + " -r 127.0.0.9:53 -m\n");

        assertThat(answer).isEqualTo(Answer.ok(""));
        assertThat(lvsadm("-S -n").output())
                .contains("-A -t " + service)
                .endsWith("-a -u 127.0.0.1:" + port + " -r 127.0.0.9:53 -m -w 1\n");
    }

    @Test
    void restore_lastLineRefused_nothingChanged() throws IOException {
        String before = lvsadm("-Ln").output();

        Answer answer = lvsadm("-R", "-C\n-A -t 127.0.0.1:9 -s rr\n-a -t 127.0.0.1:10 -r 127.0.0.9:53 -m\n");

        assertThat(answer.exitCode()).isEqualTo(255);
        assertThat(answer.error()).startsWith("standard input:3:").contains("Service not defined");
        assertThat(lvsadm("-Ln").output()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-R", "--replace"})
    void restore_rulesThatLvsdCannotServe_refusedLikeASingleCommand(String command) throws IOException {
        String before = lvsadm("-Ln").output();

        Answer answer = lvsadm(command, "-A -t 127.0.0.1:9\n-a -t 127.0.0.1:9 -r 127.0.0.2:80 -g\n");

        assertThat(answer.exitCode()).isEqualTo(255);
        assertThat(answer.error()).startsWith("standard input:2:").contains("use -m");
        assertThat(lvsadm("-Ln").output()).isEqualTo(before);
    }

    @Test
    void restore_lastLinesMalformed_allErrorsAndNothingChanged() throws IOException {
        String before = lvsadm("-Ln").output();

        Answer answer = lvsadm("-R", "-C\n-A -t x\n-A -t y\n");

        assertThat(answer.exitCode()).isEqualTo(2);
        assertThat(answer.error()).contains("standard input:2:").contains("standard input:3:");
        assertThat(lvsadm("-Ln").output()).isEqualTo(before);
    }

    @Test
    void restore_addressCannotBeBound_nothingChangedThresholdsIncluded() throws IOException {
        String before = lvsadm("-L -n --thresholds").output();

        Answer answer = lvsadm(
                "-R", "-e -t SERVICE -r 127.0.0.2:8080 -m -w 9\n-d -t SERVICE -r 127.0.0.3:8080\n-A -t 192.0.2.1:80\n");

        assertThat(answer.exitCode()).isEqualTo(255);
        assertThat(answer.error()).contains("192.0.2.1:80");
        assertThat(lvsadm("-L -n --thresholds").output()).isEqualTo(before).contains("100        50");
    }

    @Test
    void restore_addressCannotBeBound_removedServiceKeepsCountersAndConnections() throws IOException {
        try (Connection open = balancer.director().open(ServiceKey.tcp(service))) {
            String before = lvsadm("-L -n --stats").output() + lvsadm("-L -n").output();

            Answer answer = lvsadm("-R", "-D -t SERVICE\n-A -t 192.0.2.1:80\n");

            assertThat(open.accepted()).isTrue();
            assertThat(answer.exitCode()).isEqualTo(255);
            assertThat(lvsadm("-L -n --stats").output() + lvsadm("-L -n").output())
                    .isEqualTo(before);
            // The listening socket was not touched.
            new Socket("127.0.0.1", Endpoint.parse(service).port()).close();
        }
    }

    @Test
    void restore_clearAndTheSameRules_countersKept() throws IOException {
        balancer.director().open(ServiceKey.tcp(service)).close();
        String before = lvsadm("-L -n --stats").output();

        Answer answer = lvsadm(
                "-R",
                "-C\n-A -t SERVICE -s wrr\n"
                        + "-a -t SERVICE -r 127.0.0.2:8080 -m -w 3 -x 100 -y 50\n-a -t SERVICE -r 127.0.0.3:8080 -m -w 2\n");

        assertThat(answer).isEqualTo(Answer.ok(""));
        assertThat(lvsadm("-L -n --stats").output()).isEqualTo(before).contains(" 1 ");
    }

    @Test
    void replace_rules_onlyTheyAreLeftAndCountersOfUnchangedServersKept() throws IOException {
        balancer.director().open(ServiceKey.tcp(service)).close();
        lvsadm("-A -u 127.0.0.1:" + FreePort.next());

        Answer answer = lvsadm(
                "--replace",
                "# comment\n-A -t SERVICE -s wrr\n-a -t SERVICE -r 127.0.0.2:8080 -m -w 3 -x 100 -y 50\n"
                        + "-a -t SERVICE -r 127.0.0.3:8080 -m -w 2\n");

        assertThat(answer).isEqualTo(Answer.ok(""));
        assertThat(lvsadm("-Ln").output()).doesNotContain("UDP");
        assertThat(lvsadm("-L -n --stats").output()).contains(" 1 ");
    }

    @Test
    void replace_badLine_itsNumberIsNamedAndNothingChanged() throws IOException {
        String before = lvsadm("-S -n").output();

        Answer answer = lvsadm("--replace", "-A -t 127.0.0.1:9\n-A -t nowhere\n");

        assertThat(answer.exitCode()).isEqualTo(2);
        assertThat(answer.error()).startsWith("standard input:2:");
        assertThat(lvsadm("-S -n").output()).isEqualTo(before);
    }

    @Test
    void restore_commentInLatin1_read() throws IOException {
        byte[] input = "# secours caf\u00e9\n-A -u 127.0.0.1:9 -s \u00e9\n".getBytes(StandardCharsets.ISO_8859_1);

        Answer answer = console.run(List.of("-R"), input, new StringBuilder());

        assertThat(answer.error()).startsWith("standard input:2:").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "-Ln, LISTING",
        "-S, LISTING",
        "-Lnc, LISTING",
        "-q, LISTING",
        "-C, CHANGE",
        "-Z, CHANGE",
        "-R, CHANGE_WITH_INPUT",
        "--replace, CHANGE_WITH_INPUT"
    })
    void kind_command_changesAreToldFromListings(String command, ControlCommands.Kind kind) {
        assertThat(console.kind(List.of(command))).isEqualTo(kind);
    }

    @Test
    void restore_zero_countersReset() throws IOException {
        balancer.director().open(ServiceKey.tcp(service)).close();

        assertThat(lvsadm("-R", "-Z -t SERVICE\n")).isEqualTo(Answer.ok(""));
        assertThat(balancer.director().services().get(0).traffic().connections())
                .isZero();
    }

    @Test
    void set_timeouts_listedAndKeptByRestore() throws IOException {
        lvsadm("--set 600 60 30");
        lvsadm("-R", "-Z\n");

        assertThat(lvsadm("-L --timeout").output()).isEqualTo("Timeout (tcp tcpfin udp): 600 60 30\n");
    }

    @Test
    void replace_rules_smallestChangePrinted() throws Exception {
        Rules rules = Rules.parse(
                "-A -t SERVICE -s wrr\n-a -t SERVICE -r 127.0.0.2:8080 -m -w 4 -x 100 -y 50\n"
                        .replace("SERVICE", service),
                "file");

        assertThat(balancer.replace(rules))
                .isEqualTo("-e -t SERVICE -r 127.0.0.2:8080 -m -w 4 -x 100 -y 50\n-d -t SERVICE -r 127.0.0.3:8080\n"
                        .replace("SERVICE", service));
        assertThat(balancer.replace(rules)).isEmpty();
    }

    @Test
    void change_relayStopped_takenBackWithError() throws IOException {
        String before = lvsadm("-S -n").output();
        assertThat(balancer.drain(Duration.ZERO)).isTrue();

        Answer answer = lvsadm("-C");

        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.error()).contains("stopping");
        assertThat(lvsadm("-S -n").output()).isEqualTo(before);
    }

    @Test
    void command_randomWords_answeredAndSavedRulesParse() throws Exception {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String[] words = {
            "-A",
            "-E",
            "-D",
            "-a",
            "-e",
            "-d",
            "-C",
            "-S",
            "-R",
            "-Z",
            "-L",
            "-Ln",
            "--set",
            "-t",
            "-u",
            "-f",
            "-r",
            "-m",
            "-g",
            "-w",
            "-x",
            "-y",
            "-s",
            "-p",
            "-M",
            "-o",
            "-b",
            "-n",
            "--stats",
            "--rate",
            "--exact",
            "-6",
            "-c",
            "SERVICE",
            "127.0.0.1:" + FreePort.next(),
            "127.0.0.2:80",
            "[::1]:80",
            "rr",
            "wlc",
            "mh",
            "mh-port",
            "0",
            "1",
            "-1",
            "65536",
            "2147483648",
            "255.255.255.0",
            "",
            "\u0000",
            "--",
            "-",
            "=",
            "--weight=3",
            "-w3"
        };
        for (int round = 0; round < 3000; round++) {
            List<String> line = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                line.add(words[random.nextInt(words.length)].replace("SERVICE", service));
            }

            Answer answer = lvsadm(line, String.join(" ", line));

            assertThat(answer.exitCode()).as("seed %d: %s", seed, line).isIn(0, 1, 2, 255);
            assertThat(answer.error().isEmpty()).as("seed %d: %s", seed, line).isEqualTo(answer.exitCode() == 0);
        }
        String saved = lvsadm("-S -n").output();
        assertThat(Rules.parse(saved, "saved").print()).as("seed %d", seed).isEqualTo(saved);
    }
}
