package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.replay.capture.CaptureReader;

/** Replays captures of other programs, and has other programs check the packets that are written. */
@Timeout(300)
class CaptureIT {
    private static final Path LVSD = Daemon.SCRIPTS.resolve("lvsd");
    private static final String RULES = """
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.1.1:8080 -m
            -a -t 10.0.0.100:80 -r 192.168.1.2:8080 -m
            -A -u [fd00:1::100]:53 -s rr
            -a -u [fd00:1::100]:53 -r [fd00:2::1]:5353 -m
            """;
    private static final int CONNECTIONS = 20;
    private static final String BAD_CHECKSUMS =
            "ip.checksum.status==0||tcp.checksum.status==0||udp.checksum.status==0||icmp.checksum.status==0";

    @TempDir
    private Path directory;

    private Path rules;

    @BeforeEach
    void rulesFile() throws IOException {
        rules = Files.writeString(directory.resolve("some.rules"), RULES);
    }

    private static Programs.Result succeed(Programs.Result result) {
        assertThat(result.exitCode()).as(result.error()).isZero();
        return result;
    }

    private Programs.Result replay(Path in, Path out, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(LVSD.toString(), "replay", "--rules", rules.toString()));
        command.addAll(List.of(options));
        command.addAll(List.of(in.toString(), out.toString()));
        return succeed(Programs.run(command.toArray(new String[0])));
    }

    /** Twenty connections and as many datagrams, with the answers of the servers that they reach. */
    private static List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            String client = "10.1.0." + (1 + i) + ":" + (4000 + i);
            String server = "192.168.1." + (i % 2 == 0 ? 2 : 1) + ":8080";
            packets.add(Packets.tcp(client, "10.0.0.100:80", Packets.SYN, 0));
            packets.add(Packets.tcp(server, client, Packets.SYN | Packets.ACK, 0));
            packets.add(Packets.tcp(client, "10.0.0.100:80", Packets.ACK, 100 + i));
            packets.add(Packets.tcp(server, client, Packets.ACK, 1000 + i));
            packets.add(Packets.udp("[fd00::" + (1 + i) + "]:4000", "[fd00:1::100]:53", 20 + i));
            packets.add(Packets.udp("[fd00:2::1]:5353", "[fd00::" + (1 + i) + "]:4000", 30 + i));
        }
        return packets;
    }

    /** A hex dump for text2pcap. */
    private Path dump(List<byte[]> packets) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < packets.size(); i++) {
            text.append(1_700_000_000L + i).append(".500000\n");
            byte[] packet = packets.get(i);
            for (int at = 0; at < packet.length; at++) {
                text.append(at % 16 == 0 ? String.format("%s%06x ", at == 0 ? "" : "\n", at) : "");
                text.append(String.format(" %02x", packet[at]));
            }
            text.append('\n');
        }
        return Files.writeString(directory.resolve("packets.txt"), text);
    }

    private Path written(String name, String... options) throws IOException, InterruptedException {
        Path capture = directory.resolve(name);
        List<String> command =
                new ArrayList<>(List.of(Programs.require("text2pcap", "tshark").toString(), "-t", "%s.%f"));
        command.addAll(List.of(options));
        command.addAll(List.of(dump(packets()).toString(), capture.toString()));
        succeed(Programs.run(command.toArray(new String[0])));
        return capture;
    }

    /** The fields that tshark prints for each packet, separated by blanks; checksums are verified. */
    private static List<String> tshark(Path capture, String filter, String... fields)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Programs.require("tshark", "tshark").toString(),
                "-n",
                "-r",
                capture.toString(),
                "-Y",
                filter,
                "-T",
                "fields",
                "-E",
                "separator=/s",
                "-o",
                "ip.check_checksum:TRUE",
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "udp.check_checksum:TRUE"));
        for (String field : fields) {
            command.addAll(List.of("-e", field));
        }
        return succeed(Programs.run(command.toArray(new String[0])))
                .output()
                .lines()
                .toList();
    }

    private static void assertNoBadChecksum(Path capture) throws IOException, InterruptedException {
        assertThat(tshark(capture, BAD_CHECKSUMS, "frame.number")).isEmpty();
    }

    private static void assertReplayed(Path out) throws IOException, InterruptedException {
        assertNoBadChecksum(out);
        List<String> four = tshark(out, "tcp", "frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport");
        List<String> six = tshark(out, "udp", "ipv6.src", "udp.srcport", "ipv6.dst", "udp.dstport");
        assertThat(four).hasSize(4 * CONNECTIONS).first().asString().startsWith("1700000000.500000");
        assertThat(four).filteredOn(line -> line.endsWith(" 192.168.1.2 8080")).hasSize(CONNECTIONS);
        assertThat(four).filteredOn(line -> line.endsWith(" 192.168.1.1 8080")).hasSize(CONNECTIONS);
        assertThat(four)
                .filteredOn(line -> line.contains(" 10.0.0.100 80 10.1.0."))
                .hasSize(2 * CONNECTIONS);
        assertThat(six).hasSize(2 * CONNECTIONS);
        assertThat(six)
                .filteredOn(line -> line.endsWith(" 4000 fd00:2::1 5353"))
                .hasSize(CONNECTIONS);
        assertThat(six)
                .filteredOn(line -> line.startsWith("fd00:1::100 53 fd00::"))
                .hasSize(CONNECTIONS);
    }

    @Test
    void replay_captureOfText2pcap_tsharkFindsNoBadChecksum() throws Exception {
        Path in = written("in.pcapng", "-l", "101");
        Path out = directory.resolve("out.pcap");

        String summary = replay(in, out).output();

        assertThat(summary).contains("120 packets in 119.000 s of the capture, 120 emitted");
        assertThat(summary).contains("to servers 60, to clients 60, answered 0, not for the director 0, dropped 0\n");
        assertThat(summary.lines().filter(line -> line.contains("-> 192.168.1.")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.trim().split(" +")).contains("10", "20"));
        assertReplayed(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcap", "nsecpcap", "pcapng"})
    void replay_captureOfEditcap_sameInEveryFormat(String format) throws Exception {
        Path editcap = Programs.require("editcap", "tshark");
        Path in = directory.resolve("in." + format);
        succeed(Programs.run(
                editcap.toString(),
                "-F",
                format,
                written("raw.pcapng", "-l", "101").toString(),
                in.toString()));
        Path out = directory.resolve("out.pcap");

        replay(in, out);

        assertReplayed(out);
    }

    @Test
    void replay_captureOfTsharkWithEthernetFrames_same() throws Exception {
        // text2pcap writes the same Ethernet type for all packets, so each family has a file.
        Path four = written("four.pcapng", "-e", "0x0800");
        Path six = written("six.pcapng", "-e", "0x86dd");
        Path in = directory.resolve("merged.pcapng");
        succeed(Programs.run(
                Programs.require("mergecap", "tshark").toString(),
                "-w",
                in.toString(),
                four.toString(),
                six.toString()));
        Path kept = directory.resolve("kept.pcapng");
        succeed(Programs.run(
                Programs.require("tshark", "tshark").toString(),
                "-r",
                in.toString(),
                "-Y",
                "ip.version==4 || ipv6.version==6",
                "-w",
                kept.toString()));
        Path out = directory.resolve("out.pcap");

        replay(kept, out);

        assertReplayed(out);
    }

    @Test
    void replay_captureOfTcpdumpThroughPipes_readByTcpdump() throws Exception {
        Path tcpdump = Programs.require("tcpdump", "tcpdump");
        Path in = directory.resolve("in.pcap");
        succeed(Programs.run(
                tcpdump.toString(),
                "-n",
                "-r",
                written("raw.pcapng", "-l", "101").toString(),
                "-w",
                in.toString()));
        Path out = directory.resolve("out.pcap");

        Programs.Result result = succeed(Programs.run(
                "/bin/sh",
                "-c",
                "'" + tcpdump + "' -n -r '" + in + "' -w - | '" + LVSD + "' replay --rules '" + rules + "' - - >'" + out
                        + "'"));

        assertThat(result.error()).contains("standard input: 120 packets");
        assertReplayed(out);
        String seen = succeed(Programs.run(tcpdump.toString(), "-nv", "-r", out.toString()))
                .output();
        assertThat(seen).contains("> 192.168.1.1.8080").doesNotContain("incorrect", "bad cksum");
    }

    @Test
    void replay_captureOfRealTrafficOnLoopback_tsharkFindsNoBadChecksum() throws Exception {
        Path tcpdump = Programs.require("tcpdump", "tcpdump");
        Path in = directory.resolve("loopback.pcap");
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 50, loopback)) {
            int port = server.getLocalPort();
            // By default tcpdump has a buffer for a few packets of the largest size, and loses some of a burst.
            Process capture = new ProcessBuilder(
                            tcpdump.toString(),
                            "-i",
                            "lo",
                            "-n",
                            "-U",
                            "--immediate-mode",
                            "-s",
                            "16384",
                            "-B",
                            "32768",
                            "-w",
                            "-",
                            "tcp port " + port)
                    .redirectOutput(in.toFile())
                    .start();
            try (BufferedReader messages = capture.errorReader()) {
                String line = messages.readLine();
                while (line != null && !line.contains("listening on")) {
                    line = messages.readLine();
                }
                skipUnless(line != null, "tcpdump may not capture on the loopback interface");
                for (int i = 0; i < CONNECTIONS; i++) {
                    exchange(server, port);
                }
                awaitEnds(in);
            } finally {
                capture.destroy();
                capture.waitFor(60, TimeUnit.SECONDS);
            }
            Files.writeString(
                    rules,
                    "-A -t 127.0.0.1:" + port + " -s rr\n"
                            + "-a -t 127.0.0.1:" + port + " -r 192.168.1.1:8080 -m\n"
                            + "-a -t 127.0.0.1:" + port + " -r 192.168.1.2:8080 -m\n");
        }
        Path out = directory.resolve("out.pcap");

        String summary = replay(in, out).output();

        assertNoBadChecksum(out);
        List<String> opened = tshark(out, "tcp.flags.syn==1", "ip.dst");
        for (String address : new String[] {"192.168.1.1", "192.168.1.2"}) {
            assertThat(opened).filteredOn(address::equals).hasSize(CONNECTIONS / 2);
            assertThat(summary).containsPattern("-> " + address + ":8080 +" + CONNECTIONS / 2 + " ");
        }
    }

    private static void exchange(ServerSocket server, int port) throws IOException {
        try (Socket client = new Socket(server.getInetAddress(), port);
                Socket accepted = server.accept()) {
            send(client, accepted, 700);
            send(accepted, client, 5000);
        }
    }

    private static void send(Socket from, Socket to, int bytes) throws IOException {
        OutputStream output = from.getOutputStream();
        output.write(new byte[bytes]);
        InputStream input = to.getInputStream();
        assertThat(input.readNBytes(bytes)).hasSize(bytes);
    }

    /** Waits until the file contains the FIN of both ends of every connection: tcpdump writes with a delay. */
    private static void awaitEnds(Path capture) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (ends(capture) < 2 * CONNECTIONS && System.nanoTime() - deadline < 0) {
            Thread.sleep(50);
        }
    }

    private static int ends(Path capture) throws IOException {
        if (Files.size(capture) < 24) {
            return 0;
        }
        int ends = 0;
        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(capture), capture.toString())) {
            while (reader.next()) {
                ends += reader.packet().get(reader.packet().position() + 33) & Packets.FIN;
            }
        }
        return ends;
    }

    private static void skipUnless(boolean condition, String why) {
        if (!condition) {
            System.err.println("\n*** SKIPPED: " + why + " ***\n");
            Assumptions.abort("SKIPPED: " + why);
        }
    }
}
