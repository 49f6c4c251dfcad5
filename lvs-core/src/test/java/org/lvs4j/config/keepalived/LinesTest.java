package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.config.keepalived.Reading.errors;
import static org.lvs4j.config.keepalived.Reading.only;
import static org.lvs4j.config.keepalived.Reading.onlyServer;
import static org.lvs4j.config.keepalived.Reading.read;
import static org.lvs4j.config.keepalived.Reading.server;
import static org.lvs4j.config.keepalived.Reading.service;
import static org.lvs4j.config.keepalived.Reading.warnings;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.health.Script;

/** Lines, comments, quotes, braces, conditions, definitions and repetitions. */
class LinesTest {
    private static List<String> servers(String text) {
        return only(text).servers().stream()
                .map(each -> each.server().endpoint() + "/" + each.server().weight())
                .toList();
    }

    @Test
    void comment_gluedOrBehindABrace_ends() {
        String text =
                service().replace("rr", "wrr#x").replace("TCP", "TCP !{ }").replace("80 {", "80 {# {");
        assertThat(only(text).services().get(0).scheduler()).isEqualTo("wrr");
    }

    @Test
    void comment_markInQuotesOrEscaped_isText() {
        String text = service("virtualhost \"a#b!c\"").replace("real_server 198.51.100.11 80 {\n", """
                real_server 198.51.100.11 80 {
                HTTP_GET {
                url {
                path /x\\#y\\!z
                }
                }
                """);
        assertThat(onlyServer(text).checks().toString()).contains("path=/x#y!z, virtualHost=a#b!c");
    }

    @Test
    void comment_slashes_isNone() {
        assertThat(errors(service("// no comment"))).containsExactly("5:1 //");
        assertThat(errors(service("/* no comment */"))).containsExactly("5:1 /*");
    }

    @Test
    void lineEnds_carriageReturnAndNoneAtTheEnd_read() {
        assertThat(servers(server("weight 4").replace("\n", "\r\n"))).containsExactly("198.51.100.11:80/4");
        assertThat(servers(server("weight 4").stripTrailing())).containsExactly("198.51.100.11:80/4");
        assertThat(servers("\uFEFF" + server("weight 4"))).containsExactly("198.51.100.11:80/4");
    }

    @Test
    void braces_anywhere_read() {
        String text = """
                virtual_server 192.0.2.1 80
                {
                lvs_sched rr } virtual_server 192.0.2.2 80{ lvs_sched rr
                lvs_method NAT
                protocol TCP
                real_server 198.51.100.1 80 { weight 2 } real_server 198.51.100.2 80
                # a comment between
                { weight 3 } }
                """;
        assertThat(errors(text)).containsExactly("1:1 virtual_server");
        assertThat(servers(text.replaceFirst("(?s)^.*?\\} virtual", "virtual")))
                .containsExactly("198.51.100.1:80/2", "198.51.100.2:80/3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "}|10:1 }",
                "{}|10:1 {",
                "foo { bar { } }|10:1 foo",
                "vrrp_instance {|10:1 vrrp_instance",
                "virtual_server 192.0.2.9 80|10:1 virtual_server"
            })
    void braces_leftOverOrMissing_oneError(String line, String error) {
        assertThat(errors(server("weight 1", "") + line)).containsExactly(error);
    }

    @Test
    void braces_missingBehindABlocksKey_oneErrorWhereItIsExpected() {
        assertThat(errors(server("weight 2").replaceFirst(" \\{", ""))).containsExactly("2:5 lvs_sched");
        assertThat(errors(server("TCP_CHECK", "connect_port 81", "}"))).containsExactly("7:1 connect_port");
    }

    @Test
    void braces_missingBetweenServersOrServices_oneError() {
        String two = "real_server 198.51.100.12 80 {\nTCP_CHECK {\nreal_server 198.51.100.13 80 {\n}\n}\n";
        assertThat(errors(service(two))).containsExactly("7:1 real_server");
        assertThat(errors(
                        service().replaceFirst("\\}\n\\}\n$", "}\n") + service().replace("2.1 ", "2.2 ")))
                .containsExactly("7:1 virtual_server");
    }

    @Test
    void unknownBlock_anywhere_oneErrorForAllOfIt() {
        assertThat(errors(service("laddr_group {", "a {", "b", "}", "}", "quorum 0")))
                .containsExactly("5:1 laddr_group", "10:8 0");
    }

    @Test
    void quotes_inKeysOfPrograms_joinedEscapedAndSplit() {
        Script script = onlyServer(server("notify_up \"/s \\\"m\\\" '\"'two three'\"' a\\x41\\101\\tb\" user group"))
                .notifyUp();
        assertThat(Objects.requireNonNull(script).command()).containsExactly("/s", "\"m\"", "two three", "aAA", "b");
        assertThat(script.user()).isEqualTo("user");
        assertThat(script.group()).isEqualTo("group");
        assertThat(onlyServer(server("notify_up /s")).notifyUp()).isEqualTo(Script.of("/s"));
    }

    @Test
    void quotes_notClosed_oneErrorAndNothingElseOfThatLine() {
        assertThat(errors(server("notify_up \"/s {", "weight x"))).containsExactly("6:11 \"/s {", "7:8 x");
        assertThat(errors(server("MISC_CHECK {", "misc_path '/s", "}"))).containsExactly("7:11 '/s");
        assertThat(errors(server("lvs_method 'NAT'"))).containsExactly("6:12 'NAT'");
    }

    @Test
    void conditions_severalOnALine_allMustHold() {
        assertThat(servers(
                        server("@main weight 2", "@^main weight 3", "@main @^spare weight 4", "@main @spare weight 5")))
                .containsExactly("198.51.100.11:80/4");
    }

    @Test
    void definition_everyUse_expanded() {
        String text = "$A=4\n$B=${A}\n$E=\n$W=weight $B\n"
                + server("$W", "$E", "notify_up \"/s ${B}${B} $B $UNKNOWN ${UNKNOWN}\"");
        assertThat(servers(text)).containsExactly("198.51.100.11:80/4");
        assertThat(onlyServer(text).notifyUp()).hasToString("/s 44 4 $UNKNOWN ${UNKNOWN}");
    }

    @Test
    void definition_given_expanded() {
        String text =
                "instance one\n" + server("notify_up \"/s ${_INSTANCE} a${_HASH}b ${_BANG} ${_RANDOM 7 7} ${_PWD}.\"");
        assertThat(onlyServer(text).notifyUp()).hasToString("/s one a#b ! 7 .");
        assertThat(errors(server("weight ${_RANDOM 9 3}"))).containsExactly("6:8 _RANDOM 9 3");
    }

    @Test
    void definition_error_atItsUse() {
        assertThat(errors("$W= \\\n  weight 2 \\\n  weight x\n" + server("  $W")))
                .containsExactly("9:3 x");
        assertThat(errors("$W=1 x\n" + server("weight $W  $W"))).isEmpty();
        assertThat(errors("$W=x\n" + server("weight $W"))).containsExactly("7:8 x");
    }

    @Test
    void definition_ofSeveralLines_blocksConditionsAndDefinitionsInIt() {
        String text = """
                $S= \\
                real_server 198.51.100.${N} 80 { \\
                  @main weight ${N} \\

                  @spare weight 1 \\
                }
                """ + service("$N=2", "$S", "$N=3", "$S", "~SEQ(N, 4, 5) $S", "~LST({N,M}, {6, 7}, {8, 9}) $S");
        assertThat(servers(text))
                .containsExactly(
                        "198.51.100.2:80/2",
                        "198.51.100.3:80/3",
                        "198.51.100.4:80/4",
                        "198.51.100.5:80/5",
                        "198.51.100.6:80/6",
                        "198.51.100.8:80/8",
                        "198.51.100.11:80/1");
        assertThat(errors(text.replace("$N=2", "$N=2\nweight $S"))).containsExactly("12:8 $S");
    }

    @Test
    void continuation_outsideADefinition_oneErrorForEachLine() {
        assertThat(errors(server("weight \\", "3", "notify_up \\", "/s"))).containsExactly("6:8 \\", "8:11 \\");
    }

    @Test
    void repetition_nestedAndHexadecimal_firstIsTheOuterLoop() {
        String text =
                service("~SEQ(A, 1, 2) ~SEQx(B, 0xa, 6, 0x10) real_server 2001:db8::${A}:${B} 80 { lvs_method TUN }");
        assertThat(servers(text))
                .containsExactly(
                        "[2001:db8::1:a]:80/1",
                        "[2001:db8::1:10]:80/1",
                        "[2001:db8::2:a]:80/1",
                        "[2001:db8::2:10]:80/1",
                        "198.51.100.11:80/1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "~SEQ(A, 1, 0, 5) weight $A|5:6 0",
                "~SEQ(A, 1, -1, 5) weight $A|5:6 -1",
                "~SEQ(A) weight $A|5:6 A",
                "~SEQ(1A, 3) weight $A|5:6 1A",
                "~SEQ(A, x) weight $A|5:6 x",
                "~SEQ(A, 1, 2 weight $A|5:1 ~SEQ(A, 1, 2 weight $A",
                "~SEQ(A, 1, 1000000000) weight $A|5:6 A, 1, 1000000000",
                "~LST({A,B}, {1}) weight $A|5:6 {1}",
                "~LST(A) weight $A|5:6 A",
                "~SET(A, 3) weight $A|5:1 ~SET(A,"
            })
    void repetition_wrong_oneError(String line, String error) {
        assertThat(errors(service(line))).containsExactly(error);
    }

    @Test
    void limits_definitionsInThemselves_error() {
        assertThat(errors("$A=${A}\n" + service("weight ${A}"))).containsExactly("6:8 ${A}");
        assertThat(errors("$A= \\\n$A \\\nx\n" + service("$A"))).hasSize(1);
        StringBuilder twice = new StringBuilder("$A0=x\n");
        for (int i = 1; i < 40; i++) {
            twice.append("$A" + i + "=${A" + (i - 1) + "}${A" + (i - 1) + "}\n");
        }
        assertThat(errors(twice + service("weight ${A20}"))).hasSize(1);
    }

    @Test
    @Tag("slow")
    void limits_repetitionsOfRepetitions_endWithAnError() {
        assertThat(errors("~SEQ(A, 10000) ~SEQ(B, 10000) $C=1\n")).hasSize(1);
    }

    @Test
    @Tag("slow")
    void limits_depthLineAndText_errors() {
        assertThat(errors("a {\n".repeat(100))).contains("33:3 {");
        assertThat(errors("# " + "x".repeat(KeepalivedFile.MAX_LINE_LENGTH))).hasSize(1);
        assertThat(errors("x\n".repeat(KeepalivedFile.MAX_ERRORS * 2))).hasSize(KeepalivedFile.MAX_ERRORS);
        byte[] long_ = "\n".repeat(KeepalivedFile.MAX_TEXT_LENGTH + 1).getBytes(StandardCharsets.US_ASCII);
        try {
            KeepalivedFile.parse("a.conf", "", long_, KeepalivedOptions.DEFAULT);
            throw new AssertionError("accepted");
        } catch (KeepalivedException e) {
            assertThat(e).hasMessageContaining("is too long");
        }
    }

    @Test
    void wordsBehindTheValue_ignoredWithAWarning() {
        assertThat(warnings(server("HTTP_GET {", "url { path /x status_code 200 }", "}")))
                .singleElement()
                .asString()
                .startsWith("a.conf:7:15: words behind the value of 'path' are ignored");
    }

    @Test
    void bytes_notUtf8_readAsSingleBytes() throws KeepalivedException {
        byte[] text = ("# \u00e4\n" + service("virtualhost \u00e4")).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(KeepalivedFile.parse("a.conf", "", text, KeepalivedOptions.DEFAULT)
                        .health()
                        .services())
                .hasSize(1);
        assertThat(read("").health().services()).isEmpty();
    }
}
