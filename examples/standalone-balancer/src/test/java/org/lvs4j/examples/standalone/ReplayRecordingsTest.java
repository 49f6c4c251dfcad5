package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class ReplayRecordingsTest {
    private static final String SYN = "4510003cd429400080060de70a5703e10a000064485a01bb38723fca00000000a00220004d120000"
            + "020405b40402080a000000010000000001030307";
    private static final String FORWARDED =
            "4510003cd42940007f0657970a5703e1c0a8010b485a20fb38723fca00000000a00220007682"
                    + "0000020405b40402080a000000010000000001030307";
    private static final String RECORD = "{\"name\": \"a/1\", \"session\": \"a\", \"step\": 1, \"rules\":"
            + " [\"-A -t 10.0.0.100:443 -s rr\", \"-a -t 10.0.0.100:443 -r 192.168.1.11:8443 -m\"], \"in_wire\":"
            + " \"client\", \"in\": \"" + SYN + "\", \"out_wire\": \"server\", \"out\": \"" + FORWARDED
            + "\", \"note\": \"SYN\"}\n";
    private static final String WRONG = RECORD.replace("7f065797", "7e065897");
    private static final String NOTHING =
            RECORD.replace("\"out_wire\": \"server\"", "\"out_wire\": null").replace("\"" + FORWARDED + "\"", "null");

    @TempDir
    private Path directory;

    private StringWriter output = new StringWriter();
    private StringWriter error = new StringWriter();

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

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void replay_matchingRecords_counted() throws IOException {
        String file = file("a.jsonl", RECORD + RECORD);

        assertThat(replay(file)).isZero();
        assertThat(output).hasToString(file + ": 2 of 2 packets match\n");
    }

    @Test
    void replay_differentRecord_fieldAndBothBytesPrinted() throws IOException {
        String file = file("a.jsonl", RECORD + WRONG);

        assertThat(replay(file)).isEqualTo(1);
        assertThat(output.toString().lines())
                .containsExactly(
                        file + ": 1 of 2 packets match",
                        "  line 2, a/1: IPv4 TTL (byte 8): expected 7e 06 58 97 0a 57 03 e1 ..., given 7f 06 57 97 0a 57 03 e1 ...");
    }

    @Test
    void replay_differentNumberOfPackets_bothNumbersPrinted() throws IOException {
        assertThat(replay(file("a.jsonl", NOTHING))).isEqualTo(1);
        assertThat(output.toString())
                .contains(
                        "  line 1, a/1: expected nothing, given a packet to the server wire (IPv4 version and header length)");
    }

    @Test
    void replay_bytesThatVary_notCompared() throws IOException {
        String varies = ", \"varies\": [{\"offset\": 8, \"len\": 1}, {\"offset\": 10, \"len\": 2}]}";

        assertThat(replay(file("a.jsonl", WRONG.replace("}\n", varies)))).isZero();
    }

    @Test
    void print_anyRecordedPackets_sameLines() throws IOException {
        for (String record : List.of(RECORD, WRONG, NOTHING)) {
            assertThat(replay("--print", file("a.jsonl", record))).isZero();
            assertThat(output).hasToString(RECORD);
        }
    }

    @Test
    void replay_folder_eachFileAndATotal() throws IOException {
        file("b.jsonl", WRONG);
        file("a.jsonl", RECORD);
        file("notes.txt", "no record");

        assertThat(replay(directory.toString())).isEqualTo(1);
        assertThat(output.toString().lines().filter(line -> !line.startsWith("  ")))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("a.jsonl: 1 of 1 packets match"),
                        line -> assertThat(line).endsWith("b.jsonl: 0 of 1 packets match"),
                        line -> assertThat(line).isEqualTo("total: 1 of 2 packets match"));
    }

    @Test
    void replay_damagedFileAmongOthers_namedAndOthersReplayed() throws IOException {
        String bad = file("bad.jsonl", RECORD + "{\"in\": 7}\n");
        String good = file("good.jsonl", RECORD);

        assertThat(replay(bad, good)).isEqualTo(3);
        assertThat(error.toString()).startsWith(bad + ":2:");
        assertThat(output.toString()).contains(good + ": 1 of 1 packets match");
        assertThat(replay(directory.resolve("none").toString())).isEqualTo(3);
        assertThat(error.toString()).endsWith("none: there is no such file\n");
        assertThat(replay(Files.createDirectory(directory.resolve("empty")).toString()))
                .isEqualTo(3);
        assertThat(error.toString()).startsWith("no .jsonl file in ");
    }

    @Test
    void replay_captureOrItsOptionsWithoutRules_errorNamesRules() throws IOException {
        assertThat(replay("in.pcap", "out.pcap")).isEqualTo(2);
        assertThat(error.toString()).contains("in.pcap looks like a capture: add --rules RULES");
        assertThat(replay("--mtu", "1400", file("a.jsonl", RECORD))).isEqualTo(2);
        assertThat(error.toString()).contains("--mtu is for captures");
        assertThat(replay("--print", "--rules", file("r", ""), file("a.jsonl", RECORD)))
                .isEqualTo(2);
        assertThat(error.toString()).contains("--print is for recordings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                FORWARDED + "| 0 | IPv4 version and header length",
                FORWARDED + "| 11 | IPv4 header checksum",
                FORWARDED + "| 19 | IPv4 destination",
                FORWARDED + "| 22 | IPv4 TCP destination port",
                FORWARDED + "| 37 | IPv4 TCP checksum",
                FORWARDED + "| 40 | IPv4 TCP option",
                "450000200000000040110000 01020304 05060708 | 20 | IPv4 UDP source port",
                "450000200000000040110000 01020304 05060708 | 30 | IPv4 UDP payload byte 2",
                "450000200000000140110000 01020304 05060708 | 30 | IPv4 fragment, payload byte 10",
                "450000200000000040040000 01020304 05060708 45000000 00000000 40060000 | 28 | IPv4 IPv4 TTL",
                "450000200000000040010000 01020304 05060708 0b000000 00000000 45000000 | 29 | IPv4 ICMP error about IPv4 type of service",
                "450000200000000040010000 01020304 05060708 08000000 00000000 45000000 | 29 | IPv4 ICMP payload byte 1",
                "4500002000000000402f0000 01020304 05060708 00000800 45000000 | 25 | IPv4 GRE IPv4 type of service",
                "4500002000000000402f0000 01020304 05060708 00000800 45000000 | 21 | IPv4 GRE header",
                "6000000000083a40 | 7 | IPv6 hop limit",
                "6000000000081140 | 43 | IPv6 UDP destination port",
                "6000000000082c40 | 44 | IPv6 fragment header",
                "00 | 3 | payload byte 3"
            })
    void name_ofABytesField_asExpected(String packet, int at, String name) {
        assertThat(PacketField.name(HexFormat.of().parseHex(packet.replace(" ", "")), at))
                .isEqualTo(name);
    }
}
