package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.RuleCommand.ListConnections;
import org.lvs4j.config.RuleCommand.ListServices;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Compares listings with recordings of ipvsadm 1.31. */
class ListingTest {
    @ParameterizedTest
    @CsvSource({
        "-Ln, list.txt",
        "-ln --sort, list-sort.txt",
        "-Ln --stats, stats.txt",
        "-Ln --stats --exact, stats-exact.txt",
        "-Ln --rate, rate.txt",
        "-Ln --thresholds, thresholds.txt",
        "-Ln --persistent-conn, persistent.txt",
        "-Ln --tun-info, tunnels.txt"
    })
    void services_recordedFigures_byteForByte(String command, String recording) throws RuleException {
        assertThat(Listing.services(Recordings.services(), list(command))).isEqualTo(Recordings.read(recording));
    }

    @Test
    void services_notSorted_orderOfTheTable() throws RuleException {
        assertThat(Listing.services(Recordings.servicesUnsorted(), list("-Ln --nosort")))
                .isEqualTo(Recordings.read("list-nosort.txt"));
    }

    @Test
    void services_inOrderOfTheTable_sortedAsRecorded() throws RuleException {
        assertThat(Listing.services(Recordings.servicesUnsorted(), list("-Ln"))).isEqualTo(Recordings.read("list.txt"));
    }

    @ParameterizedTest
    @CsvSource({
        "-Ln -t 10.0.0.100:80, one-service.txt",
        "-Ln -f 5, one-mark.txt",
        "-Ln --stats -t 10.0.0.100:80, one-service-stats.txt"
    })
    void services_oneNamed_withoutVersionLine(String command, String recording) throws RuleException {
        ListServices list = list(command);
        List<ServiceSnapshot> one = Recordings.services().stream()
                .filter(service -> service.service().key().equals(list.only()))
                .toList();
        assertThat(Listing.services(one, list)).isEqualTo(Recordings.read(recording));
    }

    @Test
    void connections_recorded_everyLineByteForByte() throws RuleException {
        assertRecorded("connections.txt", new ListConnections(false, true));
        assertRecorded("connections-persistent.txt", new ListConnections(true, true));
    }

    /** The kernel lists connections and templates mixed, in the order of its table; a listing has connections first. */
    private static void assertRecorded(String recording, ListConnections list) {
        List<String> listed = Listing.connections(recordedConnections(), recordedTemplates(), list)
                .lines()
                .toList();
        List<String> recorded = Recordings.read(recording).lines().toList();
        assertThat(listed.subList(0, 2)).isEqualTo(recorded.subList(0, 2));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(recorded);
    }

    @Test
    void connections_templateOfMarkOverAnHour_protocolIpAndMinutes() {
        TemplateSnapshot template = new TemplateSnapshot(
                null,
                false,
                TimeUnit.SECONDS.toNanos(7_325) + 999_999_999,
                Endpoint.parse("10.20.0.1:0"),
                Endpoint.parse("0.0.0.5:0"),
                Endpoint.parse("192.168.1.1:0"),
                null,
                null);
        assertThat(Listing.connections(List.of(), List.of(template), new ListConnections(true, true)))
                .endsWith("\nIP  122:05 NONE        10.20.0.1:0        0.0.0.5:0          192.168.1.1:0\n");
    }

    @Test
    void of_director_defaultsAsRecorded() throws RuleException {
        Director director = Director.create();
        Rules.parse("""
                        -A -t 10.0.0.8:80
                        -a -t 10.0.0.8:80 -r 192.168.1.1
                        -A -t 10.0.0.9:80 -p
                        -A -t 10.0.0.9:81 -p 1
                        -a -t 10.0.0.9:81 -r 192.168.1.1:80 -g -w 7
                        """, "rules").applyTo(director);
        assertThat(Listing.of(director, list("-Ln"))).contains(Recordings.read("defaults-list.txt"));
        assertThat(Rules.of(director).print()).isEqualTo(Recordings.read("defaults-save.txt"));
    }

    @Test
    void of_everyListing_printedFromDirector() throws RuleException {
        Director director = Recordings.director();
        assertThat(Listing.of(director, command("-L --timeout"))).contains(Recordings.read("timeouts.txt"));
        assertThat(Listing.of(director, command("-L --daemon"))).contains("");
        assertThat(Listing.of(director, command("-Lcn"))).contains("""
                IPVS connection entries
                pro expire state       source             virtual            destination
                """);
        assertThat(Listing.of(director, command("-C"))).isEmpty();
        assertThat(Listing.of(director, command("-Ln -f 6 -6"))).contains("""
                Prot LocalAddress:Port Scheduler Flags
                  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
                FWM  6 IPv6 rr
                  -> [fd00:2::1]:0                Masq    1      0          0\s\s\s\s\s\s\s\s\s
                """);
    }

    @Test
    void print_connections_oneLineAtATimeAsInTheText() throws RuleException, IOException {
        Director director = directorWithConnections(1000);
        List<String> pieces = new ArrayList<>();
        Appendable output = new CollectingOutput(pieces, Integer.MAX_VALUE);

        assertThat(Listing.print(director, command("-Lcn"), output)).isTrue();

        assertThat(pieces.subList(1, pieces.size()))
                .hasSize(1000)
                .allSatisfy(line -> assertThat(line).endsWith("\n").hasLineCount(1));
        assertThat(Listing.of(director, command("-Lcn"))).contains(String.join("", pieces));
        assertThat(Listing.print(director, command("-C"), output)).isFalse();
    }

    @Test
    void print_outputFails_visitEndsAtOnceWithThatError() {
        Director director = directorWithConnections(1000);
        List<String> pieces = new ArrayList<>();

        assertThatThrownBy(() -> Listing.print(director, command("-Lcn"), new CollectingOutput(pieces, 10)))
                .isInstanceOf(IOException.class)
                .hasMessage("full");
        assertThat(pieces).hasSize(10);
    }

    private static Director directorWithConnections(int count) {
        Director director = Director.create();
        ServiceKey service = ServiceKey.udp("10.0.0.8:53");
        director.addService(VirtualService.of(service, "rr"), RealServer.of("192.168.1.1:53"));
        for (int i = 0; i < count; i++) {
            director.open(
                    Flow.of(Protocol.UDP, Endpoint.parse("10.20.0.1:" + (1024 + i)), Endpoint.parse("10.0.0.8:53")));
        }
        return director;
    }

    /** Keeps what is appended, and fails when it is full. */
    private record CollectingOutput(List<String> pieces, int room) implements Appendable {
        @Override
        public Appendable append(CharSequence text) throws IOException {
            if (pieces.size() == room) {
                throw new IOException("full");
            }
            pieces.add(text.toString());
            return this;
        }

        @Override
        public Appendable append(CharSequence text, int start, int end) throws IOException {
            return append(text.subSequence(start, end));
        }

        @Override
        public Appendable append(char character) throws IOException {
            return append(String.valueOf(character));
        }
    }

    @Test
    void of_missingService_refusedWithExitStatus1() throws RuleException {
        Director director = Director.create();
        ListServices list = list("-Ln -t 10.9.9.9:80");
        assertThatThrownBy(() -> Listing.of(director, list))
                .isInstanceOfSatisfying(
                        RuleException.class,
                        e -> assertThat(e.ipvsadmExitCode()).isEqualTo(1))
                .hasMessageStartingWith("No such service '10.9.9.9:80'");
    }

    @Test
    void timeouts_anySettings_printed() {
        assertThat(Listing.timeouts(new TimeoutSettings(1, 2, 3))).isEqualTo("Timeout (tcp tcpfin udp): 1 2 3\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, '        0', '        0'",
        "99999999, ' 99999999', ' 99999999'",
        "100000000, '  100000K', ' 100000000'",
        "999999999, '  999999K', ' 999999999'",
        "1000000000, '    1000M', ' 1000000000'",
        "99999999999, '   99999M', ' 99999999999'",
        "100000000000, '     100G', ' 100000000000'",
        "99999999999999, '   99999G', ' 99999999999999'",
        "100000000000000, '     100T', ' 100000000000000'",
        "18446744073709551615, '18446744T', ' 18446744073709551615'"
    })
    void figure_limitsOfUnits_roundedDownOrExact(String figure, String rounded, String exact) {
        long value = Long.parseUnsignedLong(figure);
        assertThat(Figure.rounded(value)).isEqualTo(rounded);
        assertThat(Figure.exact(value)).isEqualTo(exact);
    }

    @Test
    void sorted_everyKindOfKey_addressesThenMarks() throws RuleException {
        List<String> wanted = List.of(
                "-t 9.0.0.1:90",
                "-t 10.0.0.1:80",
                "-t 10.0.0.1:443",
                "-u 9.0.0.1:1",
                "--sctp-service 1.0.0.1:1",
                "-t [::1]:80",
                "-u [::1]:80",
                "-f 5",
                "-f 5 -6",
                "-f 2147483647");
        Director director = Director.create();
        for (int i = 0; i < wanted.size(); i++) {
            RuleParser.parse(List.of(("-A " + wanted.get(i * 7 % wanted.size())).split(" ")))
                    .applyTo(director);
        }
        assertThat(Rules.of(director).print().lines().map(line -> line.substring(3, line.indexOf(" -s "))))
                .containsExactlyElementsOf(wanted);
    }

    private static RuleCommand command(String line) throws RuleException {
        return RuleParser.parse(List.of(line.split(" ")));
    }

    private static ListServices list(String line) throws RuleException {
        return (ListServices) command(line);
    }

    // Parses the recorded lines into snapshots; the code under test prints them again.

    private static List<ConnectionSnapshot> recordedConnections() {
        return recordedRows(false)
                .map(words -> new ConnectionSnapshot(
                        Protocol.valueOf(words[0]),
                        ConnectionState.valueOf(words[2]),
                        nanos(words[1]),
                        Endpoint.parse(words[3]),
                        Endpoint.parse(words[4]),
                        Endpoint.parse(words[5])))
                .toList();
    }

    private static List<TemplateSnapshot> recordedTemplates() {
        return recordedRows(true)
                .map(words -> new TemplateSnapshot(
                        Protocol.valueOf(words[0]),
                        words[2].equals("ASSURED"),
                        nanos(words[1]),
                        Endpoint.parse(words[3]),
                        Endpoint.parse(words[4]),
                        Endpoint.parse(words[5]),
                        words.length > 6 ? words[6] : null,
                        words.length > 6 ? words[7] : null))
                .toList();
    }

    private static Stream<String[]> recordedRows(boolean templates) {
        return Recordings.read("connections-persistent.txt")
                .lines()
                .skip(2)
                .map(line -> line.split(" +"))
                .filter(words -> words[3].endsWith(":0") == templates);
    }

    private static long nanos(String minutesAndSeconds) {
        String[] time = minutesAndSeconds.split(":");
        return TimeUnit.MINUTES.toNanos(Long.parseLong(time[0])) + TimeUnit.SECONDS.toNanos(Long.parseLong(time[1]));
    }
}
