package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code lvsd check} and {@code lvsd convert} with files of keepalived. */
class KeepalivedCommandsTest {
    private static final String WEB = """
            virtual_server 192.0.2.10 80 {
                lvs_sched wrr
                lvs_method NAT
                protocol TCP
                #lvs4j slow-start=60s
                sorry_server 198.51.100.99 80
                real_server 198.51.100.11 80 {
                    weight 3
                    TCP_CHECK {
                    }
                }
                real_server 198.51.100.12 80 {
                }
            }
            """;

    private static final String WEB_RULES = """
            -A -t 192.0.2.10:80 -s wrr #lvs4j slow-start=1m
            -a -t 192.0.2.10:80 -r 198.51.100.11:80 -m -w 3
            -a -t 192.0.2.10:80 -r 198.51.100.12:80 -m -w 1
            """;

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

    private String file(String name, String text) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text).toString();
    }

    @Test
    void check_goodFile_pictureOfIt() throws IOException {
        String file = file("lb.conf", "vrrp_instance A {\n}\n" + WEB);

        assertThat(lvsd("check", file)).isZero();
        assertThat(output.toString().lines())
                .containsExactly(
                        file + ": 1 service, 2 servers",
                        "  TCP 192.0.2.10:80 wrr: 2 servers, 1 TCP_CHECK, 1 unchecked, sorry server 198.51.100.99:80");
        assertThat(error.toString().lines())
                .containsExactly("note: " + file + ":1:1: vrrp_instance A is skipped: it is not about balancing");
    }

    @Test
    void check_errors_everyOneWithItsPlaceAndExitCode3() throws IOException {
        String file = file("lb.conf", WEB.replace("weight 3", "wieght 3").replace("slow-start", "slow-strat"));

        assertThat(lvsd("check", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString().lines())
                .containsExactly(
                        file + ":5:12: unknown word behind #lvs4j: 'slow-strat=60s'; expected perhaps 'slow-start'",
                        file + ":8:9: unknown key in real_server: 'wieght'; expected perhaps 'weight'");
    }

    @Test
    void check_directRouting_warningForTheRelayOnly() throws IOException {
        String file = file("lb.conf", WEB.replace("lvs_method NAT", "lvs_method DR"));

        assertThat(lvsd("check", file)).isZero();
        assertThat(error.toString().lines())
                .startsWith(
                        "warning: run refuses " + file + ":1:1: sorry server: lvs_method DR forwards packets, the relay"
                                + " connections, in 'virtual_server'; expected lvs_method NAT, or --tun")
                .contains("warning: run refuses " + file
                        + ":7:5: lvs_method DR forwards packets, the relay connections, in"
                        + " 'real_server'; expected lvs_method NAT, or --tun")
                .hasSize(3);
        assertThat(lvsd("check", file, "--tun", "lvs0")).isZero();
        assertThat(error.toString().lines()).hasSize(3);
    }

    @Test
    void check_schedulerThatDoesNotExist_errorAtItsService() throws IOException {
        String file = file("lb.conf", WEB.replace("slow-start=60s", "scheduler=fastest"));

        assertThat(lvsd("check", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString())
                .startsWith(file + ":1:1: unknown scheduler 'fastest', in 'virtual_server'; expected");
    }

    @Test
    void check_serviceWithoutBlock_readAsKeepalived() throws IOException {
        String file = file("lb.conf", "virtual_server 192.0.2.10 80\n");

        assertThat(lvsd("check", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString()).startsWith(file + ":1:1: brace missing behind 'virtual_server'");
    }

    @Test
    void run_errors_asCheckTellsThem() throws IOException {
        String file = file("lb.conf", WEB.replace("weight 3", "wieght 3"));

        assertThat(lvsd("run", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString().lines())
                .containsExactly(file + ":8:9: unknown key in real_server: 'wieght'; expected perhaps 'weight'");
    }

    @Test
    void run_whatTheRelayCannotServe_refusedAtItsPlace() throws IOException {
        String text = WEB.replace("        weight 3", "        lvs_method DR")
                + "virtual_server fwmark 7 {\n    lvs_sched rr\n    lvs_method NAT\n    real_server 198.51.100.11 80 {\n    }\n}\n"
                + "virtual_server 192.0.2.11 80 {\n    lvs_sched rr\n    lvs_method NAT\n    protocol SCTP\n"
                + "    real_server 198.51.100.11 80 {\n    }\n}\n";
        String file = file("lb.conf", text);

        assertThat(lvsd("run", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString().lines())
                .containsExactly(
                        file + ":7:5: lvs_method DR forwards packets, the relay connections, in 'real_server'; expected"
                                + " lvs_method NAT, or --tun",
                        file + ":15:1: no address to listen at for FWM 7, in 'virtual_server'; expected --listen"
                                + " tcp:ADDRESS:PORT@7 among the options of lvsd",
                        file + ":21:1: SCTP is not relayed, only TCP and UDP are, in 'virtual_server'; expected TCP or"
                                + " UDP, or lvsd run --tun");
    }

    @Test
    void check_formatGiven_notTheContentDecides() throws IOException {
        String file = file("lb.conf", "what is this");

        assertThat(lvsd("check", "--format", "keepalived", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString()).contains(file + ":1:1: unknown key at the top of the file: 'what'");
        assertThat(lvsd("check", "--format", "yaml", file)).isEqualTo(Answer.USAGE);
    }

    @Test
    void check_includes_relativeSortedWithoutProgramsAndHiddenFiles() throws IOException {
        file("inc/b.conf", "include c.txt\n");
        file("inc/c.txt", "virtual_server 192.0.2.11 80 {\n");
        file("inc/d.conf", "}\n");
        file("inc/.hidden.conf", "nonsense {\n");
        Files.setPosixFilePermissions(
                Path.of(file("inc/program.conf", "nonsense\n")), PosixFilePermissions.fromString("rwxr-xr-x"));
        String file = file("lb.conf", "include inc/[a-z]*.conf\ninclude nothing*\nincludew none-*.conf\n");

        assertThat(lvsd("check", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString().lines())
                .containsExactly(
                        file + ":3:10: no such file: 'none-*.conf'; expected a file that can be read and is not a"
                                + " program",
                        directory + "/inc/c.txt:1:1: no server that can be used, in 'virtual_server'; expected a"
                                + " real_server in the block");
    }

    @Test
    void check_directoryOfTheFile_leadsToItsIncludes() throws IOException {
        file("inc/web.conf", WEB);
        String file = file("lb.conf", "include ${_PWD}/inc/web.conf\n");

        assertThat(lvsd(
                        "check",
                        Path.of("").toAbsolutePath().relativize(Path.of(file)).toString()))
                .isZero();
        assertThat(output.toString()).contains("1 service, 2 servers");
    }

    @Test
    void check_missingProgram_error() throws IOException {
        String file = file("lb.conf", WEB.replace("TCP_CHECK {", "MISC_CHECK {\nmisc_path \"/nonexistent/x y\"\n"));

        assertThat(lvsd("check", file)).isEqualTo(Answer.CONFIGURATION);
        assertThat(error.toString()).contains("program that cannot be run (no such file)");
    }

    @ParameterizedTest
    @CsvSource({"main,rr", "spare,wlc"})
    void convert_configurationId_choosesLines(String id, String scheduler) throws IOException {
        String file = file("lb.conf", WEB.replace("lvs_sched wrr", "@main lvs_sched rr\n    @^main lvs_sched wlc"));

        assertThat(lvsd("convert", "--to", "ipvsadm", "-i", id, file)).isZero();
        assertThat(output.toString()).contains("-s " + scheduler + " ");
    }

    @Test
    void convert_keepalivedToRulesAndBack_lossesListed() throws IOException {
        String file = file("lb.conf", WEB);

        assertThat(lvsd("convert", "--to", "ipvsadm", file)).isZero();
        assertThat(output).hasToString(WEB_RULES);
        assertThat(error.toString().lines())
                .containsExactly(
                        "lost: TCP 192.0.2.10:80: the sorry server 198.51.100.99:80",
                        "lost: TCP 192.0.2.10:80, server 198.51.100.11:80: TCP_CHECK");

        String rules = file("lb.rules", output.toString());
        output.getBuffer().setLength(0);
        assertThat(lvsd("convert", "--to", "keepalived", rules)).isZero();
        String back = file("back.conf", output.toString());
        output.getBuffer().setLength(0);
        assertThat(lvsd("convert", "--to", "ipvsadm", back)).isZero();
        assertThat(output).hasToString(WEB_RULES);
    }

    @Test
    void convert_wrongUse_exitCode2() throws IOException {
        assertThat(lvsd("convert", file("lb.conf", WEB))).isEqualTo(Answer.USAGE);
    }
}
