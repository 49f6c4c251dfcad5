package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SimulateCommandTest {
    private static final String RULES = """
            [rules]
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.1.1:80 -m
            -a -t 10.0.0.100:80 -r 192.168.1.2:80 -m
            [events]
            """;
    private static final String RIGHT = RULES + """
            0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.2:80
            1 tcp 10.1.0.2:4000 10.0.0.100:80 open -> 192.168.1.1:80
            2 expect active 192.168.1.1:80 1 inactive 0
            """;
    private static final String WRONG = RIGHT.replace("open -> 192.168.1.1:80", "open -> 192.168.1.9:80");
    private static final String UNANSWERED = RIGHT.replaceAll(" -> .*", "").replace(" 1 inactive 0", " 7 inactive 7");

    @TempDir
    private Path directory;

    private StringWriter output = new StringWriter();
    private StringWriter error = new StringWriter();

    @BeforeEach
    void folder() throws IOException {
        Files.createDirectory(directory.resolve("traces"));
    }

    private int simulate(String... arguments) {
        output = new StringWriter();
        error = new StringWriter();
        CommandLine commandLine = Lvsd.commandLine();
        commandLine.setOut(new PrintWriter(output, true));
        commandLine.setErr(new PrintWriter(error, true));
        String[] line = new String[arguments.length + 1];
        line[0] = "simulate";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return commandLine.execute(line);
    }

    private String trace(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void simulate_rightAnswers_allMatch() throws IOException {
        String file = trace("a.trace", RIGHT);

        assertThat(simulate(file)).isZero();
        assertThat(output.toString().lines()).containsExactly(file + ": 3 of 3 answers match");
    }

    @Test
    void simulate_wrongAnswer_lineExpectedAndGivenPrinted() throws IOException {
        String file = trace("a.trace", WRONG);

        assertThat(simulate(file)).isEqualTo(1);
        assertThat(output.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo(file + ": 2 of 3 answers match"),
                        line -> assertThat(line).contains("line 7", "expected 192.168.1.9:80", "given 192.168.1.1:80"));
    }

    @Test
    void simulate_folder_oneLineForEachTraceAndATotal() throws IOException {
        trace("traces/b.trace", WRONG);
        trace("traces/a.trace", RIGHT);
        trace("traces/notes.txt", "not a trace");

        assertThat(simulate(directory.resolve("traces").toString())).isEqualTo(1);
        assertThat(output.toString().lines().filter(line -> !line.startsWith("  ")))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("a.trace: 3 of 3 answers match"),
                        line -> assertThat(line).endsWith("b.trace: 2 of 3 answers match"),
                        line -> assertThat(line).isEqualTo("total: 5 of 6 answers match"));
    }

    @Test
    void simulate_printWithWrongOrMissingAnswers_sameText() throws IOException {
        assertThat(simulate("--print", trace("a.trace", WRONG))).isZero();
        String recomputed = output.toString();
        assertThat(recomputed).isEqualTo(RIGHT);

        assertThat(simulate("--print", trace("b.trace", UNANSWERED))).isZero();
        assertThat(output).hasToString(recomputed);
    }

    @Test
    void simulate_damagedFileAmongOthers_placePrintedAndOthersReplayed() throws IOException {
        String bad = trace("bad.trace", RULES + "0 tcp nowhere 10.0.0.100:80 open\n");
        String good = trace("good.trace", RIGHT);

        assertThat(simulate(bad, good)).isEqualTo(3);
        assertThat(error.toString()).startsWith(bad + ":6:7:").contains("nowhere");
        assertThat(output.toString()).contains(good + ": 3 of 3 answers match", "total: 3 of 3 answers match");
    }

    private static final String TIMELINE = """
            [config]
            virtual_server 192.0.2.1 80 {
                lvs_sched rr
                lvs_method NAT
                protocol TCP
                real_server 198.51.100.11 80 {
                    TCP_CHECK {
                        warmup 0
                    }
                }
            }
            [servers]
            198.51.100.11:80 tcp st=refuse
            [timeline]
                  0 > ipvs add-service tcp 192.0.2.1:80 sched=rr flags=0x0/0xffffffff
                  0 > ipvs add-server tcp 192.0.2.1:80 198.51.100.11:80 masq weight=1
                  0 = tcp 192.0.2.1:80 rr { 198.51.100.11:80/1 }
               1000 > probe tcp 198.51.100.11:80 [refuse]
               1000 > ipvs del-server tcp 192.0.2.1:80 198.51.100.11:80
               1000 = tcp 192.0.2.1:80 rr {  }
               9000 < end
            """;

    @Test
    void simulate_timelineAmongTraces_bothReplayed() throws IOException {
        trace("traces/a.trace", RIGHT);
        trace("traces/b.trace", TIMELINE);

        assertThat(simulate(directory.resolve("traces").toString())).isZero();
        assertThat(output.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("a.trace: 3 of 3 answers match"),
                        line -> assertThat(line).endsWith("b.trace: 6 of 6 answers match"),
                        line -> assertThat(line).isEqualTo("total: 9 of 9 answers match"));
    }

    @Test
    void simulate_wrongTimeline_linePrinted() throws IOException {
        String file = trace("a.trace", TIMELINE.replace("1000 = tcp 192.0.2.1:80 rr {  }", "1000 = (empty)"));

        assertThat(simulate(file)).isEqualTo(1);
        assertThat(output.toString()).contains("line 20: expected it at 1000 ms", "(empty)");
    }

    @Test
    void simulate_printTimelineWithoutAnswers_recomputed() throws IOException {
        String cut = TIMELINE.replaceAll("(?m)^ +\\d+ [>=] .*\n", "");

        assertThat(simulate("--print", trace("a.trace", cut))).isZero();
        assertThat(output).hasToString(TIMELINE);
    }

    @Test
    void simulate_timelineWithAnUnreadableLine_placePrinted() throws IOException {
        String file = trace("a.trace", TIMELINE.replace("9000 < end", "9000 end"));

        assertThat(simulate(file)).isEqualTo(3);
        assertThat(error.toString()).startsWith(file + ":21:1:");
    }

    @Test
    void simulate_missingFile_named() {
        String missing = directory.resolve("missing.trace").toString();

        assertThat(simulate(missing)).isEqualTo(3);
        assertThat(error.toString()).contains(missing + ": there is no such file");
    }

    @Test
    void simulate_emptyFolder_errorPrinted() {
        assertThat(simulate(directory.resolve("traces").toString())).isEqualTo(3);
        assertThat(error.toString()).contains("no .trace file in");
    }

    @Test
    void simulate_noFile_wrongUsage() {
        assertThat(simulate()).isEqualTo(2);
    }
}
