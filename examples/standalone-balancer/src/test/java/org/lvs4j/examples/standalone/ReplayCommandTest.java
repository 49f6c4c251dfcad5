package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ReplayCommandTest {
    private static final String RULES = """
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.1.1:8080 -m
            """;
    private static final String HEADER = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065";
    private static final String SYN = "00000005 00000000 00000028 00000028"
            + "45000028000140004006266a0a0100010a0000640fa000500000000000000001500200008b8c0000";
    private static final String ARP = "00000006 00000000 00000004 00000004 00010800";

    @TempDir
    private Path directory;

    private StringWriter output = new StringWriter();
    private StringWriter error = new StringWriter();
    private String rules = "";
    private String out = "";

    @BeforeEach
    void files() throws IOException {
        rules = Files.writeString(directory.resolve("some.rules"), RULES).toString();
        out = directory.resolve("out.pcap").toString();
    }

    private int replay(String... arguments) {
        output = new StringWriter();
        error = new StringWriter();
        CommandLine commandLine = Lvsd.commandLine();
        commandLine.setOut(new PrintWriter(output, true));
        commandLine.setErr(new PrintWriter(error, true));
        String[] line = new String[arguments.length + 1];
        line[0] = "replay";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return commandLine.execute(line);
    }

    private String capture(String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return Files.write(directory.resolve("in.pcap"), bytes).toString();
    }

    @Test
    void replay_capture_emittedPacketsAndASummaryPerServer() throws IOException {
        String in = capture(HEADER + SYN + ARP);

        assertThat(replay("--rules", rules, in, out)).isZero();
        assertThat(error.toString()).isEmpty();
        assertThat(output.toString().lines())
                .containsExactly(
                        in + ": 1 packet in 1.000 s of the capture, 1 emitted",
                        "  to servers 1, to clients 0, answered 0, not for the director 0, dropped 0",
                        "  1 frame skipped: not an IP packet",
                        "IP Virtual Server version 1.2.1 (size=4096)",
                        "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes",
                        "  -> RemoteAddress:Port",
                        "TCP  10.0.0.100:80                       1        1        0       40        0",
                        "  -> 192.168.1.1:8080                    1        1        0       40        0");
        byte[] written = Files.readAllBytes(Path.of(out));
        assertThat(written).hasSize(24 + 16 + 40);
        String packet = HexFormat.of().formatHex(Arrays.copyOfRange(written, 40, 80));
        assertThat(packet).startsWith("45000028000140003f06").contains("0a010001c0a80101" + "0fa01f90");
    }

    @Test
    void replay_withoutOut_onlyTheSummary() throws IOException {
        assertThat(replay("--rules", rules, capture(HEADER + SYN))).isZero();
        assertThat(output.toString()).contains("1 emitted", "192.168.1.1:8080");
    }

    @Test
    void replay_damagedMidway_packetsBeforeReplayed() throws IOException {
        String in = capture(HEADER + SYN + "00000006 00000000 7fffffff 7fffffff");

        assertThat(replay("--rules", rules, in, out)).isEqualTo(3);
        assertThat(error.toString()).startsWith(in + ": at byte 88: a packet of 2147483647 bytes");
        assertThat(output.toString()).contains("1 emitted");
        assertThat(Files.size(Path.of(out))).isEqualTo(80);
    }

    @Test
    void replay_truncatedCapture_notedWithExitCode0() throws IOException {
        assertThat(replay("--rules", rules, capture(HEADER + SYN + "0000"), out))
                .isZero();
        assertThat(output.toString()).contains("  the capture ends in the middle of a record\n");
    }

    @Test
    void replay_noCapture_namedAndNothingWritten() throws IOException {
        assertThat(replay("--rules", rules, rules, out)).isEqualTo(3);
        assertThat(error.toString()).isEqualTo(rules + ": at byte 0: 0x2d41202d starts neither pcap nor pcapng\n");
        assertThat(replay("--rules", rules, directory.resolve("none").toString(), out))
                .isEqualTo(3);
        assertThat(error.toString()).endsWith("none: there is no such file\n");
        assertThat(replay("--rules", rules, directory.toString(), out)).isNotZero();
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void replay_outCannotBeWritten_named() throws IOException {
        String nowhere = directory.resolve("none/out.pcap").toString();

        assertThat(replay("--rules", rules, capture(HEADER), nowhere)).isEqualTo(3);
        assertThat(error.toString()).startsWith(nowhere + ": cannot be written: ");
    }

    @Test
    void replay_ontoItself_refusedAndFileUnchanged() throws IOException {
        String in = capture(HEADER + SYN);
        Path link = Files.createSymbolicLink(directory.resolve("link.pcap"), Path.of(in));

        assertThat(replay("--rules", rules, in, link.toString())).isEqualTo(2);
        assertThat(error.toString()).contains("would be overwritten while it is read");
        assertThat(Files.size(Path.of(in))).isEqualTo(80);
    }

    @Test
    void replay_wrongRules_everyErrorWithItsPlace() throws IOException {
        String bad = Files.writeString(directory.resolve("bad.rules"), "-A -t nowhere\n-A -t 10.0.0.1:80 -s what\n")
                .toString();

        assertThat(replay("--rules", bad, capture(HEADER), out)).isEqualTo(3);
        assertThat(error.toString().lines())
                .hasSizeGreaterThanOrEqualTo(1)
                .first()
                .asString()
                .startsWith(bad + ":1:");
    }

    @Test
    void replay_tunnelWithoutOwnAddress_errorNamesTheOption() throws IOException {
        String tunnel = Files.writeString(
                        directory.resolve("tunnel.rules"),
                        "-A -t 10.0.0.100:80\n-a -t 10.0.0.100:80 -r 192.168.1.1 -i\n")
                .toString();
        String in = capture(HEADER + SYN);

        assertThat(replay("--rules", tunnel, in, out)).isEqualTo(2);
        assertThat(error.toString()).contains("192.168.1.1:80 is reached by a tunnel (-i)", "--own ADDRESS");
        assertThat(replay("--rules", tunnel, "--own", "fd00::1", in, out)).isEqualTo(2);
        assertThat(replay("--rules", tunnel, "--own", "192.168.0.1", in, out)).isZero();
    }

    @Test
    void replay_markOption_serviceOfTheMarkServes() throws IOException {
        String marked = Files.writeString(directory.resolve("mark.rules"), "-A -f 5\n-a -f 5 -r 192.168.1.1:8080 -m\n")
                .toString();
        String in = capture(HEADER + SYN);

        assertThat(replay("--rules", marked, in)).isZero();
        assertThat(output.toString()).contains("to servers 0");
        assertThat(replay("--rules", marked, "--mark", "tcp:10.0.0.100:80@5", in))
                .isZero();
        assertThat(output.toString()).contains("to servers 1");
        assertThat(replay("--rules", marked, "--mark", "tcp:10.0.0.100:80", in)).isEqualTo(2);
        assertThat(error.toString()).contains("has no mark");
    }

    @Test
    void replay_wrongUsage_exitCode2() throws IOException {
        String in = capture(HEADER);

        assertThat(replay()).isEqualTo(2);
        assertThat(replay("--rules", rules, in, out, out)).isEqualTo(2);
        assertThat(replay("--rules", "-", "-", out)).isEqualTo(2);
        assertThat(error.toString()).contains("cannot both come from standard input");
        assertThat(replay("--rules", rules, "--mtu", "12", in)).isEqualTo(2);
        assertThat(error.toString()).contains("12");
        assertThat(replay("--rules", rules, "--own", "here", in)).isEqualTo(2);
        assertThat(replay("--rules", rules, "--sysctl", "no=1", in)).isEqualTo(2);
        assertThat(error.toString()).contains("unknown setting 'no'");
    }

    @Test
    void progress_terminal_drawnInPlaceAndErased() {
        try (Progress progress = Progress.of(new PrintWriter(output), "in.pcap", 200, true)) {
            progress.at(10);
            progress.draw(50);
        }
        assertThat(output).hasToString("\r\u001B[Kin.pcap: 1 packet, 25 %\r\u001B[K");
    }

    @Test
    void progress_noTerminal_silent() {
        try (Progress progress = Progress.of(new PrintWriter(output), "in.pcap", 0, false)) {
            for (int i = 0; i < 100_000; i++) {
                progress.at(i);
            }
        }
        assertThat(output.toString()).isEmpty();
    }
}
