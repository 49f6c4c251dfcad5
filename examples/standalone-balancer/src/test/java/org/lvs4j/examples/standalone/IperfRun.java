package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The result of a client of iperf3. */
final class IperfRun {
    private final String end;

    private IperfRun(String end) {
        this.end = end;
    }

    /** The command of a server. */
    static List<String> server(String address, int port) {
        String program = Programs.require("iperf3", "iperf3").toString();
        return List.of(program, "--server", "--bind", address, "--port", Integer.toString(port), "--forceflush");
    }

    /** Runs a client, behind the words of a prefix; it must succeed. Empty options are left out. */
    static IperfRun of(List<String> prefix, String address, int port, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(Programs.require("iperf3", "iperf3").toString(), "--json", "--client", address));
        command.addAll(List.of("--port", Integer.toString(port)));
        Arrays.stream(options).filter(option -> !option.isEmpty()).forEach(command::add);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Programs.Result result = Programs.run(new ProcessBuilder(command), "");
        // A server ends a test some time after its client.
        while (result.output().contains("the server is busy") && System.nanoTime() < deadline) {
            result = Programs.run(new ProcessBuilder(command), "");
        }
        String output = result.outputOfSuccess();
        assertThat(output).doesNotContain("\"error\"");
        Matcher end = Pattern.compile("\"end\":\\s*\\{").matcher(output);
        assertThat(end.find()).as(output).isTrue();
        return new IperfRun(output.substring(end.start()));
    }

    /** The datagrams that the kernel has dropped since its start because the buffer of their socket was full. */
    static long droppedByFullBuffers() throws IOException {
        return droppedByFullBuffers(Files.readString(Path.of("/proc/net/snmp")));
    }

    /** The same from the text of {@code /proc/net/snmp} of a network namespace. */
    static long droppedByFullBuffers(String counters) {
        List<String[]> udp = counters.lines()
                .filter(line -> line.startsWith("Udp:"))
                .map(line -> line.split(" "))
                .toList();
        return Long.parseLong(udp.get(1)[Arrays.asList(udp.get(0)).indexOf("RcvbufErrors")]);
    }

    /** The bytes that one direction has received until the sender was done. */
    long received() {
        return number("sum_received", "bytes");
    }

    /** The datagrams of one direction that were lost. */
    long lostPackets() {
        return number("sum", "lost_packets");
    }

    /** The datagrams of one direction. */
    long packets() {
        return number("sum", "packets");
    }

    private long number(String object, String field) {
        Matcher found = Pattern.compile("\"" + object + "\":\\s*\\{[^}]*\"" + field + "\":\\s*(\\d+)")
                .matcher(end);
        assertThat(found.find()).as("%s.%s in %s", object, field, end).isTrue();
        return Long.parseLong(found.group(1));
    }
}
