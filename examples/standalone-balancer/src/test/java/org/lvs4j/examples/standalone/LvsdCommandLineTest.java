package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.config.Rules;
import org.lvs4j.netty.Transport;
import picocli.CommandLine;

class LvsdCommandLineTest {
    @TempDir
    private Path directory;

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    private int lvsd(String... arguments) {
        CommandLine commandLine = Lvsd.commandLine();
        commandLine.setOut(new PrintWriter(output, true));
        commandLine.setErr(new PrintWriter(error, true));
        return commandLine.execute(arguments);
    }

    private String rules(String text) throws IOException {
        return Files.writeString(directory.resolve("a.rules"), text).toString();
    }

    @Test
    void check_validRules_countsPrinted() throws IOException {
        String file = rules("""
                # two services
                -A -t 127.0.0.1:80 -s wrr
                -a -t 127.0.0.1:80 -r 127.0.0.2:80 -m -w 3
                -a -t 127.0.0.1:80 -r 127.0.0.3:80 -m
                -A -u 127.0.0.1:53
                """);

        assertThat(lvsd("check", file)).isZero();
        assertThat(output).hasToString(file + ": 2 services, 2 servers" + System.lineSeparator());
        assertThat(error.toString()).isEmpty();
    }

    @Test
    void check_severalBadLines_everyOneNamedWithItsPlace() throws IOException {
        String file = rules("""
                -A -t 127.0.0.1:80 -s wrr
                -a -t 127.0.0.1:80 -r 127.0.0.2:80 -m -w -3
                -A -t 127.0.0.1:99999

                -X
                """);

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(file + ":2:").contains("-3"),
                        line -> assertThat(line).startsWith(file + ":3:").contains("127.0.0.1:99999"),
                        line -> assertThat(line).startsWith(file + ":5:").contains("-X"));
        assertThat(output.toString()).isEmpty();
    }

    @Test
    void check_refusedByTheDirector_onlyTheCauseIsNamed() throws IOException {
        String file = rules("""
                -A -t 127.0.0.1:80 -s nosuch
                -a -t 127.0.0.1:80 -r 127.0.0.2:80 -m
                -A -t 127.0.0.1:81
                -A -t 127.0.0.1:81
                """);

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(file + ":1:").contains("nosuch"),
                        line -> assertThat(line).startsWith(file + ":4:").contains("Service already exists"));
    }

    @Test
    void check_errorsOfTheDirectorAndOfTheRelay_allNamedInOrder() throws IOException {
        String file = rules("""
                -A -t 127.0.0.1:80 -s nosuch
                -A -t 127.0.0.1:81
                -a -t 127.0.0.1:81 -r 127.0.0.2:80 -g
                -A -t 127.0.0.1:81
                -Z
                """);

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(file + ":1:").contains("nosuch"),
                        line -> assertThat(line).startsWith(file + ":3:").contains("use -m"),
                        line -> assertThat(line).startsWith(file + ":4:").contains("Service already exists"),
                        line -> assertThat(line).startsWith(file + ":5:").contains("-Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-g", "-i", "-i --tun-type gre"})
    void check_serverNotRelayable_errorNamesTheRightOption(String method) throws IOException {
        String file = rules("-A -t 127.0.0.1:80\n-a -t 127.0.0.1:80 -r 127.0.0.2:80 " + method + "\n");

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString()).startsWith(file + ":2:").contains("use -m");
    }

    @Test
    void check_sctpService_refused() throws IOException {
        assertThat(lvsd("check", rules("-A --sctp-service 127.0.0.1:80\n"))).isEqualTo(3);
        assertThat(error.toString()).contains("SCTP is not relayed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-A -f 5 -s rr -p 300", "-A -t 127.71.0.1:0 -s rr -p 300", "-A -t [::ffff:127.0.0.1]:80"})
    void check_serviceThatRunRefuses_sameErrorAndExitCode(String rule) throws IOException {
        String file = rules("-A -t 127.0.0.1:80\n" + rule + "\n");
        String socket = directory.resolve("s/lvsd.sock").toString();
        assertThat(lvsd("run", file, "--socket", socket)).isEqualTo(3);
        String said = error.toString();
        error.getBuffer().setLength(0);

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error).hasToString(said);
        assertThat(said).startsWith(file + ":2:");
    }

    @Test
    void check_optionsOfRun_servicesAreReachable() throws IOException {
        String file = rules("-A -f 5 -p\n-A -t 127.0.0.1:0 -p\n-A -u 127.0.0.1:0 -p\n");

        assertThat(lvsd(
                        "check",
                        file,
                        "--listen",
                        "tcp:127.0.0.1:80@5",
                        "--listen",
                        "udp:0.0.0.0:53",
                        "--acceptors",
                        "2"))
                .isZero();
        assertThat(error.toString()).isEmpty();
        assertThat(lvsd("check", "--listen", "tcp:127.0.0.1:80@5", file)).isEqualTo(3);
        assertThat(error.toString())
                .contains("UDP 127.0.0.1:0 is for every port")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--threads 0",
                "--threads 4097",
                "--acceptors 0",
                "--retries -1",
                "--retries 101",
                "--retry-unanswered 65537",
                "--drain-idle 61m",
                "--connect-timeout 0s",
                "--connect-timeout 61m",
                "--identify-timeout 0ms",
                "--max-connections 0",
                "--udp-flows 2147483647",
                "--max-entries 0",
                "--max-templates -1",
                "--listen tcp:127.0.0.1:80 --listen tcp:127.0.0.1:80@5",
                "--listen tcp:[::ffff:127.0.0.1]:80"
            })
    void checkAndRun_optionThatTheRelayRefuses_sameErrorNamingIt(String options) throws IOException {
        String file = rules("");
        String named = options.split(" ")[0] + " ";

        assertThat(lvsd(("check " + file + " " + options).split(" "))).isEqualTo(2);
        String checked = error.toString();
        assertThat(checked).startsWith("lvsd check: " + named);
        error.getBuffer().setLength(0);
        assertThat(lvsd(("run " + file + " " + options).split(" "))).isEqualTo(2);
        assertThat(error).hasToString(checked.replace("lvsd check", "lvsd run"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "lvs%d", "0lvs", "a_name_of_16_chr"})
    void checkAndRun_nameThatNoDeviceHas_sameError(String name) throws IOException {
        String file = rules("");

        assertThat(lvsd("check", "--tun", name, file)).isEqualTo(2);
        String checked = error.toString();
        assertThat(checked).startsWith("lvsd check: TUN plane: device name '" + name + "'");
        error.getBuffer().setLength(0);
        String socket = directory.resolve("s/lvsd.sock").toString();
        assertThat(lvsd("run", "--tun", name, file, "--socket", socket)).isEqualTo(2);
        assertThat(error).hasToString(checked.replace("lvsd check", "lvsd run"));
    }

    @Test
    void check_transportOfAnotherSystem_warning() throws IOException {
        String other = Transport.KQUEUE.available() ? "epoll" : "kqueue";

        assertThat(lvsd("check", rules(""), "--transport", other)).isZero();
        assertThat(error.toString()).startsWith("warning: --transport " + other + " is not available");
    }

    @Test
    void check_addressOfAnotherHost_warning() throws IOException {
        String file = rules("-A -t 127.0.0.1:80\n-A -t 198.51.100.1:80\n-A -u 198.51.100.1:80\n");

        assertThat(lvsd("check", file)).isZero();
        assertThat(error.toString())
                .startsWith("warning: " + file + ":2:")
                .contains("198.51.100.1 is not an address of this host")
                .hasLineCount(1);
        assertThat(output.toString()).contains("3 services");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tun FILE", "--tun lvs0 FILE", "--tun=lvs0 FILE", "FILE --tun", "FILE --tun lvs0"})
    void check_forTun_deviceMayBeNamed(String line) throws IOException {
        String file = rules("-A --sctp-service 198.51.100.1:0 -p\n");

        assertThat(lvsd(("check " + line).replace("FILE", file).split(" "))).isZero();
        assertThat(error.toString()).isEmpty();
        assertThat(output.toString()).contains(file + ": 1 service");
    }

    @Test
    void check_noSuchFile_named() {
        assertThat(lvsd("check", "/no/such.rules")).isEqualTo(3);
        assertThat(error.toString()).contains("/no/such.rules: there is no such file");
    }

    @Test
    void check_directory_named() {
        assertThat(lvsd("check", directory.toString())).isEqualTo(3);
        assertThat(error.toString()).startsWith(directory.toString());
    }

    @Test
    void check_commentInLatin1_accepted() throws IOException {
        Path file = Files.write(directory.resolve("latin1"), "# Z\u00fcrich\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(lvsd("check", file.toString())).isZero();
    }

    @Test
    void check_nulInComment_accepted() throws IOException {
        String file = rules("#\0 a\n  # b\0\0\n-A -t 127.0.0.1:80 # c\0\n");

        assertThat(lvsd("check", file)).isZero();
        assertThat(output.toString()).contains("1 service");
    }

    @ParameterizedTest
    @ValueSource(strings = {"# a\n\0", "-A -t 127.0.0.1:80\n \0 # b", "\n-A#\0"})
    void check_nulOutsideOfAComment_refusedWithItsPlace(String text) throws IOException {
        String file = rules(text);
        int line = text.startsWith("\n") ? 2 : text.indexOf('\0') > 0 ? 2 : 1;
        int column = text.indexOf('\0') - text.indexOf('\n');

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString()).startsWith(file + ":" + line + ":" + column + ": a NUL byte");
    }

    @Test
    void check_notUtf8OutsideOfAComment_refusedWithItsPlace() throws IOException {
        Path file = Files.write(
                directory.resolve("latin1"), "\n-A -t 127.0.0.1:80 -s r\u00fc\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(lvsd("check", file.toString())).isEqualTo(3);
        assertThat(error.toString()).startsWith(file + ":2:");
    }

    @ParameterizedTest
    @CsvSource({
        "check /dev/zero, 3, /dev/zero:1:1: a NUL byte",
        "check /dev/urandom, 3, a NUL byte",
        "check /proc/self/mem, 3, cannot be read",
        "check @/dev/zero, 3, there is no such file",
        "simulate /no/such, 3, there is no such file",
        "simulate /dev/zero, 3, a NUL byte",
        "replay /no/such, 3, there is no such file",
        "replay --rules /no/such a b, 3, there is no such file",
        "replay --rules sample.rules /no/such b, 3, there is no such file",
        "replay --rules sample.rules --own nowhere a b, 2, nowhere",
        "run /dev/zero, 3, a NUL byte",
        "run sample.rules --socket /no/such/../../proc/nowhere/s, 1, control socket"
    })
    void anyCommand_unusableFile_reasonWithoutAClassName(String line, int exitCode, String reason) {
        int found = lvsd(line.split(" "));

        assertThat(error.toString()).contains(reason).doesNotContain("Exception", "java.", "Error");
        assertThat(found).isEqualTo(exitCode);
    }

    @Test
    void check_fileWithoutPermission_reasonNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file), "root reads everything");

        assertThat(lvsd("check", file.toString())).isEqualTo(3);
        assertThat(error).hasToString(file + ": permission denied" + System.lineSeparator());
    }

    @Test
    void check_fileLargerThanTheLimit_refusedBeforeItIsRead() throws IOException {
        Path file = directory.resolve("huge");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }

        assertThat(lvsd("check", file.toString())).isEqualTo(3);
        assertThat(error.toString()).contains((1L << 40) + " bytes are too long");
    }

    @Test
    void check_thousandsOfErrors_firstHundredPrinted() throws IOException {
        assertThat(lvsd("check", rules("-X\n".repeat(5000)))).isEqualTo(3);
        assertThat(error.toString().lines()).hasSize(Rules.MAX_ERRORS + 1);
        assertThat(error.toString()).contains("these are the first " + Rules.MAX_ERRORS + " errors");
    }

    @Test
    void check_hugeText_refused() {
        assertThat(catchThrowable(() -> RulesFile.parse("#".repeat(Rules.MAX_TEXT_LENGTH + 1), "big", anything -> {})))
                .isInstanceOf(RulesInvalidException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void run_badRules_notStarted() throws IOException {
        assertThat(lvsd("run", rules("-A -t nowhere\n"))).isEqualTo(3);
        assertThat(error.toString()).contains("a.rules:1:");
    }

    @Test
    void run_markWithoutAddress_errorNamesTheOption() throws IOException {
        assertThat(lvsd("run", rules("-A -f 5\n"))).isEqualTo(3);
        assertThat(error.toString()).contains("a.rules:1:").contains("--listen tcp:ADDRESS:PORT@5");
    }

    @Test
    void check_unreachableServices_oneHintEach() throws IOException {
        String file = rules("-A -f 5\n-A -t 127.0.0.1:0 -p\n");

        assertThat(lvsd("check", file)).isEqualTo(3);
        assertThat(error.toString().lines())
                .containsExactly(
                        file
                                + ":1:1: no address to listen at for FWM 5 '-A'; expected --listen tcp:ADDRESS:PORT@5 among"
                                + " the options of lvsd",
                        file + ":2:1: TCP 127.0.0.1:0 is for every port, of which lvsd listens at none '-A'; expected"
                                + " --listen tcp:ADDRESS:PORT for each of them among the options of lvsd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run a --retries x | '--retries': 'x' is not a whole number; expected a number within 0..100",
                "check a --threads 1.5 | '--threads': '1.5' is not a whole number; expected a number within 1..4096",
                "run a --max-entries 99999999999 | '99999999999' is too large a number; expected a number within 1..",
                "run a --mtu x | '--mtu': 'x' is not a whole number; expected a number within 1280..65535",
                "replay --mtu x a b | '--mtu': 'x' is not a whole number; expected a number within 68..65535",
                "run a --sysctl drop_entry=x | 'x' is not a whole number",
                "run a --sysctl drop_entry | run: Value for option '--sysctl' (NAME=VALUE) should be",
                "run a --transport foo | 'foo' is not a transport; expected one of auto, epoll, kqueue, io_uring, nio"
            },
            quoteCharacter = '"')
    void anyCommand_malformedValue_saidInPlainWords(String line, String words) {
        assertThat(lvsd(line.split(" "))).isEqualTo(2);
        assertThat(error.toString()).contains(words).hasLineCount(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "EPOLL", "Io_Uring"})
    void check_transportInAnyCase_known(String name) throws IOException {
        assertThat(lvsd("check", rules(""), "--transport", name)).isZero();
    }

    @Test
    void check_fewerEntriesThanConnectionsAndFlows_oneWarning() throws IOException {
        String file = rules("");
        String most = "--max-connections 100 --udp-flows 20 --max-entries ";

        assertThat(lvsd(("check " + file + " " + most + "120").split(" "))).isZero();
        assertThat(error.toString()).isEmpty();
        assertThat(lvsd(("check " + file + " " + most + "119").split(" "))).isZero();
        assertThat(error.toString())
                .startsWith("warning: --max-entries 119 is below --max-connections 100 plus --udp-flows 20: ")
                .hasLineCount(1);
    }

    @Test
    void check_serversThatTunCannotReach_warnings() throws IOException {
        String file = rules("""
                -A -t 198.51.100.1:80
                -a -t 198.51.100.1:80 -r 203.0.113.77:80 -i
                -a -t 198.51.100.1:80 -r 127.0.0.9:80 -m
                -A -t 127.0.0.1:80
                """);

        assertThat(lvsd("check", "--tun", "lvs0", file)).isZero();
        assertThat(error.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("warning: " + file + ":3:")
                                .contains("the server is an address of this host"),
                        line -> assertThat(line)
                                .startsWith("warning: " + file + ":4:")
                                .contains("the virtual address 127.0.0.1 is an address of this host"));
    }

    @Test
    void run_everyPortWithoutAddress_errorNamesTheOption() throws IOException {
        assertThat(lvsd("run", rules("-A -t 127.0.0.1:0 -p\n"))).isEqualTo(3);
        assertThat(error.toString()).contains("--listen tcp:ADDRESS:PORT");
    }

    @Test
    void run_addressOfAnotherHost_failsNamingIt() throws IOException {
        String socket = directory.resolve("s/lvsd.sock").toString();

        assertThat(lvsd("run", rules("-A -t 192.0.2.1:80\n-A -t 198.51.100.1:80\n"), "--socket", socket))
                .isEqualTo(1);
        assertThat(error.toString().lines().filter(line -> line.startsWith("lvsd: cannot listen at TCP ")))
                .hasSize(2);
        assertThat(Path.of(socket)).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--threads, 0",
        "--threads, 100000",
        "--acceptors, 0",
        "--retries, -1",
        "--connect-timeout, 0s",
        "--max-connections, 0",
        "--udp-flows, 0",
        "--sysctl, conn_reuse_mode=9"
    })
    void run_numberOutOfRange_failsNamingTheRange(String option, String value) throws IOException {
        String socket = directory.resolve("s/lvsd.sock").toString();

        assertThat(lvsd("run", rules(""), "--socket", socket, option, value)).isEqualTo(2);
        assertThat(error.toString()).contains("outside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--max-entries", "--max-templates"})
    void run_ceilingOfZero_failsNamingTheRange(String option) throws IOException {
        String socket = directory.resolve("s/lvsd.sock").toString();

        assertThat(lvsd("run", rules(""), "--socket", socket, option, "0")).isEqualTo(2);
        assertThat(error.toString()).startsWith("lvsd run: " + option + " 0 is outside 1..");
    }

    @Test
    void run_unknownSysctl_failsNamingTheKnownOnes() throws IOException {
        String socket = directory.resolve("s/lvsd.sock").toString();

        assertThat(lvsd("run", rules(""), "--socket", socket, "--sysctl", "no_such=1"))
                .isEqualTo(2);
        assertThat(error.toString()).contains("no_such", "expire_nodest_conn");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "run", "check", "frobnicate", "run a b", "run a --threads many", "run a --idle-timeout 5",
                "run a --transport pigeon", "run a --listen 80", "run a --sysctl drop_entry", "run a --slow-start 5",
                        "run a --slow-start 48h", "run a --nosuch", "run a --drain-timeout -1s"
            })
    void anyCommand_wrongUsage_exitCode2AndOneHint(String line) {
        assertThat(lvsd(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(error.toString()).contains("--help' for more information").hasLineCount(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "run --help", "check -h", "--version", "-V"})
    void anyCommand_helpOrVersion_printedOnStandardOutput(String line) {
        assertThat(lvsd(line.split(" "))).isZero();
        assertThat(output.toString()).contains("lvsd");
        assertThat(error.toString()).isEmpty();
    }

    @Test
    void read_standardInput_namedInErrors() {
        ConfigurationFile file = new ConfigurationFile("-", new FormatOptions(), new PlaneOptions());
        Throwable thrown = catchThrowable(
                () -> file.read(new ByteArrayInputStream("-A -t 127.0.0.1:80\n-X\n".getBytes(StandardCharsets.UTF_8))));

        assertThat(thrown).isInstanceOf(RulesInvalidException.class).hasMessageStartingWith("standard input:2:1:");
    }

    @Test
    void readAgain_emptyPipe_refusedInsteadOfRemovingEverything() throws IOException {
        Path pipe = Path.of("/dev/null");
        Assumptions.assumeTrue(Files.exists(pipe), "SKIPPED: no " + pipe);
        ConfigurationFile empty = new ConfigurationFile(pipe.toString(), new FormatOptions(), new PlaneOptions());

        assertThat(catchThrowable(empty::readAgain))
                .isInstanceOf(RulesInvalidException.class)
                .hasMessage("/dev/null: is not a regular file, and has nothing to read any more");
    }

    @Test
    void check_sampleConfiguration_valid() {
        assertThat(lvsd("check", "sample.conf")).isZero();
        assertThat(output.toString())
                .startsWith("sample.conf: 1 service, 3 servers\n")
                .contains("TCP 127.0.0.1:8080 wrr: 3 servers, 2 HTTP_GET, 1 TCP_CHECK");
    }

    @Test
    void check_sampleRules_valid() {
        assertThat(lvsd("check", "sample.rules")).isZero();
        assertThat(output.toString()).contains("1 service, 3 servers");
    }
}
