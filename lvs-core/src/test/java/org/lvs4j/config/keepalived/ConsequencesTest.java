package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.config.keepalived.Reading.check;
import static org.lvs4j.config.keepalived.Reading.errors;
import static org.lvs4j.config.keepalived.Reading.server;
import static org.lvs4j.config.keepalived.Reading.service;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One error for each mistake: what only follows from a mistake is not reported. */
class ConsequencesTest {
    private static final String HEAD =
            "virtual_server 192.0.2.1 80 {\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n";
    private static final String SERVER = "    real_server 198.51.100.11 80 {\n    }\n";

    // ---- braces

    static Stream<Arguments> closedTooEarly() {
        return Stream.of(
                Arguments.of("the service", HEAD + "}\n" + SERVER + "    quorum 1\n}\n", "6:5 real_server"),
                Arguments.of("a server", HEAD + SERVER + "    }\n" + SERVER + "}\n", "8:5 real_server"),
                Arguments.of(
                        "a server before its check",
                        HEAD + SERVER + "    TCP_CHECK {\n    }\n    }\n" + SERVER + "}\n",
                        "7:5 TCP_CHECK"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("closedTooEarly")
    void block_closedTooEarly_oneErrorAtTheFirstBlockOutside(String name, String text, String error) {
        assertThat(errors(text)).containsExactly(error);
    }

    @Test
    void block_outsideOfAClosedService_laterServicesAreRead() {
        assertThat(errors(HEAD + SERVER + "}\n" + SERVER + HEAD.replace("192.0.2.1", "192.0.2.2") + "}\n}\n"))
                .containsExactly("8:5 real_server", "10:1 virtual_server", "15:1 }");
    }

    @Test
    void serverWithoutABrace_anotherServerFollows_oneError() {
        assertThat(errors(HEAD + "    real_server 198.51.100.11 80\n" + SERVER + "}\n"))
                .containsExactly("6:5 real_server");
    }

    @Test
    void serverWithoutABrace_theOnlyOne_noErrorAboutAServiceWithoutServers() {
        assertThat(errors(HEAD + "    real_server 198.51.100.11 80\n}\n")).containsExactly("6:1 }");
    }

    @Test
    void serviceWithoutABrace_anotherServiceFollows_oneError() {
        assertThat(errors("virtual_server 192.0.2.1 80\n" + HEAD.replace("192.0.2.1", "192.0.2.2") + SERVER + "}\n"))
                .containsExactly("2:1 virtual_server");
    }

    @Test
    void checkWithoutABrace_needsAKey_oneError() {
        assertThat(errors(server("HTTP_GET"))).containsExactly("7:5 }");
        assertThat(errors(server("MISC_CHECK"))).containsExactly("7:5 }");
        assertThat(errors(server("FILE_CHECK", "TCP_CHECK {", "}"))).containsExactly("7:1 TCP_CHECK");
    }

    @Test
    void pageWithoutABrace_noErrorAboutItsPath() {
        assertThat(errors(check("HTTP_GET", "url"))).containsExactly("8:1 }");
    }

    @Test
    void trackFileWithoutABrace_noErrorAboutItsFile() {
        assertThat(errors("track_file a\n" + service())).containsExactly("2:1 virtual_server");
    }

    @Test
    void unknownBlock_insteadOfTheOnlyServer_oneError() {
        assertThat(errors(HEAD + "    real_srver 198.51.100.11 80 {\n    }\n}\n"))
                .containsExactly("5:5 real_srver");
    }

    @Test
    void unknownBlock_insteadOfTheOnlyPage_oneError() {
        assertThat(errors(check("HTTP_GET", "ulr {", "path /", "}"))).containsExactly("7:1 ulr");
    }

    @Test
    void openQuote_beforeABrace_blockIsRead() {
        assertThat(errors("virtual_server \"192.0.2.1 80 {\n    lvs_sched x\n" + SERVER + "}\n"))
                .containsExactly("1:16 \"192.0.2.1 80 {", "2:15 x");
    }

    @Test
    void brace_notQuotedInAnExpression_oneError() {
        assertThat(errors(check("HTTP_GET", "url {", "path /", "regex ^a{2,3}$ b", "}")))
                .containsExactly("9:9 {2,3}$ b");
    }

    @Test
    void brace_onTheLineBehindAValue_errorAtTheBrace() {
        assertThat(errors(server("weight 1", "{", "}"))).containsExactly("7:1 {");
    }

    @Test
    void brace_behindAKeyOfAnyNumberOfValues_error() {
        assertThat(errors(service("lvs_method NAT {", "}"))).containsExactly("5:1 lvs_method");
        assertThat(errors("global_defs {\n    lvs_timeouts tcp 5 {\n    }\n}\n"))
                .containsExactly("2:5 lvs_timeouts");
    }

    @Test
    void unknownKey_atTheTop_knownOnesAlwaysInTheSameOrder() {
        assertThatThrownBy(() -> KeepalivedFile.parse("a.conf", "quite_another_thing 1\n", KeepalivedOptions.DEFAULT))
                .hasMessageContaining(
                        " bfd_instance garp_group interface_up_down_delays static_ipaddress static_routes ");
    }

    // ---- values

    @Test
    void quorum_weightOfAServerUnreadable_notCompared() {
        assertThat(errors(HEAD + "    quorum 5\n    real_server 198.51.100.11 80 {\n        weight 5x\n    }\n}\n"))
                .containsExactly("7:16 5x");
    }

    @Test
    void quorum_andHysteresisAboveIt_twoErrors() {
        assertThat(errors(service("quorum 5", "hysteresis 4"))).hasSize(1);
        assertThat(errors(service("quorum 5", "hysteresis 5"))).hasSize(2);
    }

    @Test
    void sorryServer_unreadable_itsOtherKeysAreRead() {
        assertThat(errors(service("sorry_server x 80", "sorry_server_inhibit", "sorry_server_lvs_method nat")))
                .containsExactly("5:14 x", "7:25 nat");
    }

    @Test
    void tunnel_unreadable_otherFamilyIsNoError() {
        assertThat(errors(service(
                        "lvs_method TUN type vxlan", "real_server 2001:db8::1 80 {", "lvs_method TUN type gue", "}")))
                .containsExactly("5:21 vxlan", "7:12 TUN");
    }

    @Test
    void value_missing_noErrorAboutTheMissingKey() {
        assertThat(errors(check("HTTP_GET", "url {", "path !a", "}"))).containsExactly("8:1 path");
        assertThat(errors(check("FILE_CHECK", "track_file"))).containsExactly("7:1 track_file");
        assertThat(errors(check("BFD_CHECK", "name"))).containsExactly("7:1 name");
    }

    @Test
    void domainName_malformed_errorAtIt() {
        assertThat(errors(check("DNS_CHECK", "type A", "name a..b"))).containsExactly("8:6 a..b");
    }

    @Test
    void line_repeatedWithAMistake_oneError() {
        assertThat(errors(service("~SEQ(I, 1, 9) real_server 198.51.100.${I} 80 { weight x${I} }")))
                .hasSize(1);
    }

    @Test
    void trackFile_pathUnreadable_checkOfItIsNoError() {
        assertThat(errors("track_file a {\n    file\n}\n" + check("FILE_CHECK", "track_file a")))
                .containsExactly("2:5 file");
    }

    @Test
    void port_thatOnlyNatCouldChange_noErrorAboutTheSameServer() {
        List<String> errors = errors(HEAD.replace("NAT", "DR") + SERVER + SERVER.replace(" 80 ", " 82 ") + "}\n");

        assertThat(errors).containsExactly("7:5 real_server");
    }
}
