package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/** Queries of dig to two dnsmasq servers behind {@code lvsd}, over UDP and TCP at the same port. */
@Timeout(120)
class DnsIT {
    /** The records of the name {@code large.test}. Together they are larger than a packet of Ethernet. */
    static final int LARGE_RECORDS = 15;

    private static final int RECORD_BYTES = 200;

    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static final List<Integer> SERVER_PORTS = new ArrayList<>();
    private static int port;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Programs.require("dig", "bind9-dnsutils");
        port = FreePort.next();
        for (String name : List.of("a", "b")) {
            int serverPort = FreePort.next();
            List<String> command = dnsmasq(name, "127.0.0.1", serverPort);
            SERVERS.add(ServerProgram.start("dnsmasq", ServerProgram.home(directory, name), serverPort, command));
            SERVER_PORTS.add(serverPort);
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    /**
     * The command of a server that answers {@code name.test} with its name, and {@code large.test} with large records.
     */
    static List<String> dnsmasq(String name, String address, int port) {
        List<String> command = new ArrayList<>(
                List.of(Programs.require("dnsmasq", "dnsmasq-base").toString()));
        command.addAll(List.of("--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-"));
        command.addAll(List.of("--user=" + System.getProperty("user.name"), "--no-resolv", "--no-hosts"));
        command.addAll(List.of("--bind-interfaces", "--listen-address=" + address, "--port=" + port));
        command.addAll(List.of("--edns-packet-max=4096", "--txt-record=name.test," + name));
        for (int i = 0; i < LARGE_RECORDS; i++) {
            command.add("--txt-record=large.test," + String.format("%02d-", i) + "x".repeat(RECORD_BYTES));
        }
        return command;
    }

    private static Daemon lvsd(Transport transport) throws IOException, InterruptedException {
        StringBuilder rules = new StringBuilder();
        for (String service : List.of("-u 127.0.0.1:" + port, "-t 127.0.0.1:" + port)) {
            rules.append("-A ").append(service).append(" -s rr\n");
            for (int server : SERVER_PORTS) {
                rules.append("-a " + service + " -r 127.0.0.1:" + server + " -m\n");
            }
        }
        return Daemon.start(
                directory,
                Daemon.BRIEF,
                Files.writeString(directory.resolve("dns.rules"), rules),
                Programs.transportOption(transport));
    }

    private static String dig(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("dig", "-r", "@127.0.0.1", "-p", Integer.toString(port), "+tries=1", "+time=20"));
        command.addAll(Arrays.asList(arguments));
        return Programs.run(new ProcessBuilder(command), "").outputOfSuccess();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void queries_udpAndTcp_bothServersInTurn(Transport transport) throws Exception {
        try (Daemon lvsd = lvsd(transport)) {
            for (String option : List.of("+notcp", "+tcp")) {
                // Each query of a batch has a port of its own.
                String batch = IntStream.range(0, 20)
                        .mapToObj(i -> "name.test TXT +short\n")
                        .collect(Collectors.joining());
                Path file = Files.writeString(directory.resolve("batch"), batch);
                Map<String, Long> answers = dig(option, "+short", "-f", file.toString())
                        .lines()
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
                assertThat(answers).as(option).isEqualTo(Map.of("\"a\"", 10L, "\"b\"", 10L));
            }
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void answer_largerThanPacket_wholeOverUdpWithEdns() throws Exception {
        try (Daemon lvsd = lvsd(Transport.AUTO)) {
            String answer = dig("+notcp", "+ignore", "+bufsize=4096", "large.test", "TXT");

            assertThat(answer)
                    .contains("ANSWER: " + LARGE_RECORDS)
                    .contains("(UDP)")
                    .doesNotContain(" tc ");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void answer_withoutEdns_truncatedAndRepeatedOverTcp() throws Exception {
        try (Daemon lvsd = lvsd(Transport.AUTO)) {
            assertThat(dig("+noedns", "+ignore", "large.test", "TXT"))
                    .containsPattern("flags: [a-z ]*tc")
                    .contains("(UDP)");
            assertThat(dig("+noedns", "large.test", "TXT"))
                    .contains("Truncated, retrying in TCP mode")
                    .contains("ANSWER: " + LARGE_RECORDS)
                    .contains("(TCP)");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }
}
