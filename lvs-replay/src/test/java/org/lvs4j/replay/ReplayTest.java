package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final String RULES = """
            [rules]
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.1.1:80 -m
            -a -t 10.0.0.100:80 -r 192.168.1.2:80 -m
            """;

    private static ReplayResult run(String text) throws TraceException {
        return Replay.run(Trace.parse(text, "t.trace"));
    }

    private static String events(String text) {
        return text.substring(text.indexOf("[events]\n") + "[events]\n".length());
    }

    @Test
    void run_traceWithoutAnswers_answersRecomputed() throws TraceException {
        ReplayResult result = run(RULES + """
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open
                1 tcp 10.1.0.2:4000 10.0.0.100:80 syn ->
                2 tcp 10.1.0.3:4000 10.0.0.100:80 close
                2 tcp 10.1.0.3:4000 10.0.0.100:80 rst
                3 tcp 10.1.0.1:4000 10.0.0.100:80 close
                4 udp 10.1.0.1:4000 10.0.0.100:53 packet
                4 udp 10.1.0.1:4000 10.0.0.100:53 reply
                5 expect active 192.168.1.2:80
                5 expect active 192.168.1.1:80 inactive svc -t 10.0.0.100:80
                5 expect active 192.168.1.2:80 ? inactive ?
                5 expect active 192.168.1.3:80 inactive
                """);

        assertThat(events(result.recomputed())).isEqualTo("""
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.2:80
                1 tcp 10.1.0.2:4000 10.0.0.100:80 syn -> 192.168.1.1:80
                2 tcp 10.1.0.3:4000 10.0.0.100:80 close -> none:rst
                2 tcp 10.1.0.3:4000 10.0.0.100:80 rst -> none:drop
                3 tcp 10.1.0.1:4000 10.0.0.100:80 close
                4 udp 10.1.0.1:4000 10.0.0.100:53 packet -> none:icmp-port-unreach
                4 udp 10.1.0.1:4000 10.0.0.100:53 reply -> none:drop
                5 expect active 192.168.1.2:80 0 inactive 1
                5 expect active 192.168.1.1:80 1 inactive 0 svc -t 10.0.0.100:80
                5 expect active 192.168.1.2:80 0 inactive 1
                5 expect active 192.168.1.3:80 - inactive -
                """);
        assertThat(result.summary()).isEqualTo("t.trace: 0 of 0 answers match");
        assertThat(run(result.recomputed()).summary()).isEqualTo("t.trace: 11 of 11 answers match");
    }

    @Test
    void run_exampleOfTheDocumentation_sameAnswers() throws TraceException {
        ReplayResult result = run("""
                [rules]
                -A -t 10.0.0.100:80 -s wlc
                -a -t 10.0.0.100:80 -r 192.168.1.1:80 -m -w 3
                -a -t 10.0.0.100:80 -r 192.168.1.2:80 -m -w 1 -x 2
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open
                5 tcp 10.1.0.2:4000 10.0.0.100:80 open
                9 rule -e -t 10.0.0.100:80 -r 192.168.1.1:80 -m -w 0
                10 tcp 10.1.0.3:4000 10.0.0.100:80 open
                15 expect active 192.168.1.2:80
                """);

        assertThat(events(result.recomputed())).isEqualTo("""
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.2:80
                5 tcp 10.1.0.2:4000 10.0.0.100:80 open -> 192.168.1.1:80
                9 rule -e -t 10.0.0.100:80 -r 192.168.1.1:80 -m -w 0
                10 tcp 10.1.0.3:4000 10.0.0.100:80 open -> 192.168.1.2:80
                15 expect active 192.168.1.2:80 2 inactive 0
                """);
    }

    @Test
    void run_wrongAnswers_mismatchesWithLine() throws TraceException {
        ReplayResult result = run(RULES + """
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.1:80
                1 tcp 10.1.0.3:4000 10.0.0.100:80 close
                5 expect active 192.168.1.2:80 1 inactive 0
                5 expect active 192.168.1.2:80 1 inactive 1
                """);

        assertThat(result.mismatches())
                .containsExactly(
                        new Mismatch(
                                6,
                                "0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.1:80",
                                "192.168.1.1:80",
                                "192.168.1.2:80"),
                        new Mismatch(7, "1 tcp 10.1.0.3:4000 10.0.0.100:80 close", "forwarded", "none:rst"),
                        new Mismatch(
                                9,
                                "5 expect active 192.168.1.2:80 1 inactive 1",
                                "active 1 inactive 1",
                                "active 1 inactive 0"));
        assertThat(result.summary()).isEqualTo("t.trace: 1 of 4 answers match");
        assertThat(result.matches()).isFalse();
        assertThat(result.mismatches().get(0))
                .hasToString("line 6: expected 192.168.1.1:80, given 192.168.1.2:80: "
                        + "0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.1:80");
    }

    @Test
    void run_refusedRule_exceptionNamesPositionInTrace() throws TraceException {
        Trace trace = Trace.parse(RULES + "[events]\n7 rule -d -t 10.0.0.100:80 -r 192.168.1.9:80\n", "t.trace");

        TraceException refusal = catchThrowableOfType(TraceException.class, () -> Replay.run(trace));

        assertThat(refusal).hasMessageStartingWith("t.trace:6:31: No such destination '192.168.1.9:80'; expected ");
        assertThat(refusal.token()).isEqualTo("192.168.1.9:80");
    }

    @Test
    void run_ruleThatOnlyLists_refused() throws TraceException {
        Trace trace = Trace.parse("[rules]\n-L -n\n[events]\n", "t.trace");

        assertThat(catchThrowableOfType(TraceException.class, () -> Replay.run(trace))
                        .line())
                .isEqualTo(2);
    }

    @Test
    void run_severalMarks_lastMatchUsed() throws TraceException {
        ReplayResult result = run("""
                [rules]
                -A -f 1 -s rr
                -a -f 1 -r 192.168.1.1:0 -m
                -A -f 4294967295 -s rr
                -a -f 4294967295 -r 192.168.1.2:0 -m
                -A -f 3 -6 -s rr
                -a -f 3 -6 -r [fd00::9]:0 -m
                [marks]
                tcp 10.0.0.0/25 1
                tcp 10.0.0.7:443 4294967295
                udp 10.0.0.0/0:53 1
                tcp [fd00:1::/72]:80 3
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.127:80 syn -> 192.168.1.1:80
                0 tcp 10.1.0.1:4000 10.0.0.128:80 syn -> none:rst
                0 tcp 10.1.0.1:4000 10.0.0.7:443 syn -> 192.168.1.2:443
                0 udp 10.1.0.1:4000 192.0.2.1:53 packet -> 192.168.1.1:53
                0 udp 10.1.0.1:4000 192.0.2.1:54 packet -> none:icmp-port-unreach
                0 tcp [fd00::5]:4000 [fd00:1::ff:0:0:1]:80 syn -> [fd00::9]:80
                0 tcp [fd00::5]:4000 [fd00:1::100:0:0:1]:80 syn -> none:rst
                """);

        assertThat(result.mismatches()).isEmpty();
        assertThat(result.answers()).isEqualTo(7);
    }

    @Test
    void run_directRouting_repliesBypassDirector() throws TraceException {
        ReplayResult result = run("""
                [rules]
                -A -t 10.0.0.100:80 -s rr
                -a -t 10.0.0.100:80 -r 192.168.1.1:80 -g
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.1:80
                1 tcp 10.1.0.1:4000 10.0.0.100:80 close
                119000 expect active 192.168.1.1:80 0 inactive 1
                122000 expect active 192.168.1.1:80 0 inactive 0
                """);

        // FIN_WAIT expires after 120 s. With a reply of the server the state would be TIME_WAIT.
        assertThat(result.mismatches()).isEmpty();
    }

    @Test
    void run_sameTraceTwiceWithRandomisedScheduler_sameAnswers() throws TraceException {
        StringBuilder text = new StringBuilder("[rules]\n-A -t 10.0.0.100:80 -s twos\n");
        for (int server = 1; server <= 9; server++) {
            text.append("-a -t 10.0.0.100:80 -r 192.168.1.").append(server).append(":80 -m\n");
        }
        text.append("[events]\n");
        for (int client = 1; client <= 200; client++) {
            text.append(client + " tcp 10.1.0." + client + ":4000 10.0.0.100:80 open\n");
        }

        String first = run(text.toString()).recomputed();

        assertThat(run(text.toString()).recomputed()).isEqualTo(first);
        assertThat(run(first).summary()).isEqualTo("t.trace: 200 of 200 answers match");
    }

    @Test
    void run_settingChangedDuringTrace_appliesFromThenOn() throws TraceException {
        ReplayResult result = run(RULES + """
                [sysctl]
                sloppy_tcp=1
                [events]
                0 tcp 10.1.0.1:4000 10.0.0.100:80 ack -> 192.168.1.2:80
                1 sysctl sloppy_tcp=0
                2 tcp 10.1.0.2:4000 10.0.0.100:80 ack -> none:rst
                """);

        assertThat(result.mismatches()).isEmpty();
    }
}
