package org.lvs4j.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    private static final String RULES =
            "[rules]\n-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 192.168.1.1:80 -m\n";
    private static final String OPEN = "0 tcp 10.1.0.1:4000 10.0.0.100:80 open";

    private static TraceException refusal(String text) {
        TraceException refusal = catchThrowableOfType(TraceException.class, () -> Trace.parse(text, "t.trace"));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal).hasMessageStartingWith("t.trace:" + refusal.line() + ":" + refusal.column() + ": ");
        assertThat(refusal).hasMessageContaining("expected " + refusal.expected());
        assertThat(refusal.source()).isEqualTo("t.trace");
        return refusal;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "x tcp 10.1.0.1:1 10.0.0.100:80 open                       | 1  | x            | milliseconds since the start",
                "-1 tcp 10.1.0.1:1 10.0.0.100:80 open                      | 1  | -1           | milliseconds since the start",
                "2678400001 tcp 10.1.0.1:1 10.0.0.100:80 open              | 1  | 2678400001   | 0..2678400000",
                "99999999999999999999 rule -C                              | 1  | 99999999999999999999 | 0..2678400000",
                "5                                                         | 1  | 5            | 10 or more",
                "10                                                        | 3  |              | tcp, udp, rule, sysctl or expect",
                "10 icmp 10.1.0.1:1 10.0.0.100:80 open                     | 4  | icmp         | tcp, udp, rule, sysctl or expect",
                "10 tcp                                                    | 7  |              | the client, such as",
                "10 tcp 10.1.0.256:1 10.0.0.100:80 open                    | 8  | 10.1.0.256:1 | the client, such as",
                "10 tcp 10.1.0.1:65536 10.0.0.100:80 open                  | 8  | 10.1.0.1:65536 | the client, such as",
                "10 tcp 10.1.0.1 10.0.0.100:80 open                        | 8  | 10.1.0.1     | the client, such as",
                "10 tcp 10.1.0.1:1 www:80 open                             | 19 | www:80       | the virtual address, such as",
                "10 tcp 10.1.0.1:1 10.0.0.100:0 open                       | 19 | 10.0.0.100:0 | the virtual address, such as",
                "10 tcp 10.1.0.1:1 [fd00::1]:80 open                       | 19 | [fd00::1]:80 | an address of the client's family",
                "10 tcp 10.1.0.1:1 10.0.0.100:80                           | 32 |              | open, syn, close",
                "10 tcp 10.1.0.1:1 10.0.0.100:80 packet                    | 33 | packet       | open, syn, close",
                "10 udp 10.1.0.1:1 10.0.0.100:80 open                      | 33 | open         | packet, sip or reply",
                "10 udp 10.1.0.1:1 10.0.0.100:80 sip                       | 36 |              | callid=",
                "10 udp 10.1.0.1:1 10.0.0.100:80 sip callid=               | 37 | callid=      | callid=",
                "10 tcp 10.1.0.1:1 10.0.0.100:80 open now                  | 38 | now          | -> and an answer",
                "10 tcp 10.1.0.1:1 10.0.0.100:80 open -> nowhere           | 41 | nowhere      | a server such as",
                "10 tcp 10.1.0.1:1 10.0.0.100:80 open -> 10.0.0.1          | 41 | 10.0.0.1     | a server such as",
                "10 tcp 10.1.0.1:1 10.0.0.100:80 open -> none:drop really  | 51 | really       | nothing after the answer",
                "10 sysctl                                                 | 10 |              | a setting such as",
                "10 sysctl conn_reuse_mode                                 | 11 | conn_reuse_mode | a setting such as",
                "10 sysctl reuse=1                                         | 11 | reuse=1      | conn_reuse_mode",
                "10 sysctl conn_reuse_mode=99                              | 11 | conn_reuse_mode=99 | a value within 0..3",
                "10 sysctl conn_reuse_mode=-1                              | 11 | conn_reuse_mode=-1 | a value within 0..3",
                "10 sysctl conn_reuse_mode=1 x                             | 29 | x            | nothing after a setting",
                "10 rule                                                   | 8  |              | a rule such as",
                "10 rule -t 10.0.0.100:80                                  | 9  | -t           | -A",
                "10 rule -A -t 10.0.0.100:99999                            | 15 | 10.0.0.100:99999 | 65535",
                "10 rule -e -t 10.0.0.100:80 -r 10.0.0.1:80 -w 2147483648  | 47 | 2147483648   | 2147483647",
                "10 expect active                                          | 17 |              | a server, such as",
                "10 expect idle 10.0.0.1:80                                | 11 | idle         | active",
                "10 expect active 10.0.0.1:80 many inactive 1              | 30 | many         | a number of connections",
                "10 expect active 10.0.0.1:80 1 passive 1                  | 32 | passive      | inactive",
                "10 expect active 10.0.0.1:80 1 inactive 2147483648        | 41 | 2147483648   | 0..2147483647",
                "10 expect active 10.0.0.1:80 1 inactive 1 of -t 10.0.0.100:80 | 43 | of       | svc",
                "10 expect active 10.0.0.1:80 1 inactive 1 svc             | 46 |              | -t, -u or -f",
                "10 expect active 10.0.0.1:80 1 inactive 1 svc -f 0        | 50 | 0            | a firewall mark",
                "10 expect active 10.0.0.1:80 1 inactive 1 svc -t 10.0.0.1:80 x | 62 | x       | nothing after the service",
            })
    void parse_malformedEvent_exceptionNamesPositionAndExpectation(
            String line, int column, String token, String expected) {
        TraceException refusal = refusal(RULES + "[events]\n10 rule -C\n# a comment\n\n" + line + "\n");

        assertThat(refusal.line()).isEqualTo(8);
        assertThat(refusal.column()).isEqualTo(column);
        assertThat(refusal.token()).isEqualTo(token == null ? "" : token);
        assertThat(refusal.expected()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sctp 10.0.0.0/24:80 1   | 1  | sctp             | tcp or udp",
                "tcp                     | 4  |                  | an address or a network",
                "tcp 10.0.0.0/33:80 1    | 5  | 10.0.0.0/33:80   | an address or a network",
                "tcp 10.0.0.0/x:80 1     | 5  | 10.0.0.0/x:80    | an address or a network",
                "tcp 10.0.0.0/:80 1      | 5  | 10.0.0.0/:80     | an address or a network",
                "tcp [fd00::/129]:80 1   | 5  | [fd00::/129]:80  | an address or a network",
                "tcp 10.0.0.0/24:70000 1 | 5  | 10.0.0.0/24:70000 | an address or a network",
                "tcp 10.0.0.1:80         | 16 |                  | a firewall mark",
                "tcp 10.0.0.1:80 0       | 17 | 0                | 1..4294967295",
                "tcp 10.0.0.1:80 4294967296 | 17 | 4294967296    | 1..4294967295",
                "tcp 10.0.0.1:80 1 2     | 19 | 2                | nothing",
            })
    void parse_malformedMark_exceptionNamesPositionAndExpectation(
            String line, int column, String token, String expected) {
        TraceException refusal = refusal(RULES + "[marks]\n" + line + "\n[events]\n");

        assertThat(refusal.line()).isEqualTo(5);
        assertThat(refusal.column()).isEqualTo(column);
        assertThat(refusal.token()).isEqualTo(token == null ? "" : token);
        assertThat(refusal.expected()).contains(expected);
    }

    @Test
    void parse_malformedRule_exceptionNamesPositionInTrace() {
        TraceException refusal = refusal("# a comment\n[rules]\n  -A -t 10.0.0.100:80 -s rr -q\n[events]\n");

        assertThat(refusal.line()).isEqualTo(3);
        assertThat(refusal.column()).isEqualTo(29);
        assertThat(refusal.token()).isEqualTo("-q");
    }

    @Test
    void parse_missingSection_exceptionNamesIt() {
        assertThat(refusal("")).hasMessageContaining("[rules]");
        assertThat(refusal("# nothing\n")).hasMessageContaining("[rules]");
        assertThat(refusal(RULES)).hasMessageContaining("[events]");
        assertThat(refusal("[events]\n")).hasMessageContaining("[rules]");
        assertThat(refusal(RULES).line()).isEqualTo(4);
    }

    @Test
    void parse_sectionOutOfOrder_refused() {
        assertThat(refusal(OPEN).line()).isEqualTo(1);
        assertThat(refusal(RULES + "[rule]\n").token()).isEqualTo("[rule]");
        assertThat(refusal(RULES + "[rules]\n").line()).isEqualTo(4);
        assertThat(refusal(RULES + "[events]\n[sysctl]\n").line()).isEqualTo(5);
        assertThat(refusal(RULES + "[events] now\n").column()).isEqualTo(10);
    }

    @Test
    void parse_sizesAboveTheLimits_refused() {
        String longLine = "#".repeat(TraceParser.MAX_LINE_CHARS + 1);
        assertThat(refusal(RULES + longLine).line()).isEqualTo(4);
        assertThat(refusal("\n".repeat(TraceParser.MAX_LINES + 1)).line()).isEqualTo(TraceParser.MAX_LINES + 1);
        String tooMuch = ("#".repeat(4095) + "\n").repeat(TraceParser.MAX_CHARS / 4096 + 1);
        assertThat(refusal(tooMuch)).hasMessageContaining("too long");
        String call = "0 udp 10.1.0.1:1 10.0.0.100:80 sip callid=" + "x".repeat(513);
        assertThat(refusal(RULES + "[events]\n" + call).column()).isEqualTo(36);
    }

    @Test
    void parse_otherBlanksAndLineEnds_sameTrace() throws TraceException {
        String plain = RULES + "[sysctl]\nconn_reuse_mode=1\n[events]\n" + OPEN + " -> 192.168.1.1:80\n";
        String odd = "\uFEFF"
                + plain.replace("[events]", " [events] ")
                        .replace(" tcp ", " \t tcp   ")
                        .replace("\n", "  \r\n");

        assertThat(Trace.parse(odd, "odd").toString()).isEqualTo(plain);
        assertThat(Replay.run(Trace.parse(odd, "odd")).summary()).isEqualTo("odd: 1 of 1 answers match");
    }

    @Test
    void publicMethods_null_refusedByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> Trace.parse(null, "x"))
                .withMessage("text");
        assertThatNullPointerException().isThrownBy(() -> Trace.parse("", null)).withMessage("source");
        assertThatNullPointerException().isThrownBy(() -> Replay.run(null)).withMessage("trace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5 expect active 192.168.1.1:80 1 inactive 0",
                "5 expect active 192.168.1.1:80 - inactive - svc -f 3 -6",
                "5 expect active [fd00::1]:0 2 inactive 3 svc -u [fd00::2]:53",
                "5 udp 10.1.0.1:4000 10.0.0.100:5060 sip callid=a@b -> none:drop",
                "5 udp 10.1.0.1:4000 10.0.0.100:53 reply -> client",
                "5 tcp [fd00:111::0]:999 [FD00::1]:80 open -> none:icmp-port-unreach",
                "5 rule -a -t 10.0.0.100:80 -r 192.168.1.2:80 -m -w 1",
                "5 sysctl sloppy_tcp=1",
            })
    void toString_anyEvent_sameLine(String line) throws TraceException {
        String text = RULES + "[events]\n" + line + "\n";

        assertThat(Trace.parse(text, "t")).hasToString(text);
    }
}
