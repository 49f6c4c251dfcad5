package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.replay.TraceException;

/** The behaviour of simulated servers, as the checks see it. */
class SimulationTest {
    private static final String SERVER = "198.51.100.11:80/1";

    /** What happens in the first four seconds with one server, which is up unless its first probe fails. */
    private static List<String> play(String check, String server, String... inputs) throws TraceException {
        return play(check, server, true, inputs);
    }

    private static List<String> play(String check, String server, boolean likeKeepalived22, String... inputs)
            throws TraceException {
        String text =
                """
                [config]
                virtual_server 192.0.2.1 80 {
                    delay_loop 2
                    lvs_sched rr
                    lvs_method NAT
                    protocol TCP
                    ha_suspend
                    real_server 198.51.100.11 80 {
                        CHECK
                    }
                }
                [files]
                m.do: exit 0
                [servers]
                SERVER
                [before]
                ip addr add 192.0.2.1/32 dev lo
                [timeline]
                INPUTS
                   4000 < end
                """.replace("CHECK", check).replace("SERVER", server).replace("INPUTS", String.join("\n", inputs));
        Timeline timeline = Timeline.parse(text, "test");
        String recomputed = TimelineReplay.run(timeline, likeKeepalived22).recomputed();
        return recomputed
                .substring(recomputed.indexOf("[timeline]\n") + "[timeline]\n".length())
                .lines()
                .toList();
    }

    private static boolean isUp(List<String> lines) {
        String table = lines.stream().filter(line -> line.contains(" = ")).reduce("", (a, b) -> b);
        return table.contains(SERVER);
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "status=204, true",
        "status=500, false",
        "delay=600, true",
        "delay=1500, false",
        "mode=stall, false",
        "mode=stall-accept, false",
        "mode=drop, false",
        "mode=reset, false",
        "mode=garbage, false",
        "mode=chunked, true",
        "mode=nolength, true",
        "mode=short, true",
        "mode=long, true",
        "mode=keep, false",
        "mode=slowbody gap=300 body=abc, true",
        "mode=slowbody gap=1500 body=abc, false",
        "/:status=500, false",
        "/other:status=500, true",
        "st=refuse, false",
        "st=blackhole, false",
        "st=unreachable, false",
    })
    void httpServer_behaviour_verdict(String options, boolean up) throws TraceException {
        String keys = "connect_timeout 1\nwarmup 0\nurl {\npath /\n}";

        assertThat(isUp(play("HTTP_GET {\n" + keys + "\n}", "198.51.100.11:80 http " + options)))
                .isEqualTo(up);
        assertThat(isUp(play("SSL_GET {\n" + keys + "\n}", "198.51.100.11:80 https " + options)))
                .isEqualTo(up);
    }

    @Test
    void tls_otherSideWithoutTls_down() throws TraceException {
        String url = "{\nconnect_timeout 1\nwarmup 0\nurl {\npath /\n}\n}";

        assertThat(isUp(play("HTTP_GET " + url, "198.51.100.11:80 https"))).isFalse();
        assertThat(isUp(play("SSL_GET " + url, "198.51.100.11:80 http"))).isFalse();
        assertThat(isUp(play("SSL_GET " + url, "198.51.100.11:80 tcp"))).isFalse();
        assertThat(isUp(play("HTTP_GET " + url, "198.51.100.11:80 smtp"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "banner=220_hi, true",
        "banner=220-hi~220_ho, false",
        "banner=554_no, false",
        "helo=500_no, false",
        "quit=500_no, true",
        "delay=600, true",
        "delay=1500, false",
        "mode=stall-accept, false",
        "mode=stall-helo, false",
        "mode=stall-quit, false",
    })
    void smtpServer_behaviour_verdict(String options, boolean up) throws TraceException {
        List<String> lines =
                play("SMTP_CHECK {\nconnect_timeout 0.9\nretry 0\nwarmup 0\n}", "198.51.100.11:80 smtp " + options);

        assertThat(isUp(lines)).isEqualTo(up);
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "rcode=3, false",
        "rcode=0 answer=1, true",
        "mode=silent, false",
        "mode=badid, false",
        "mode=noqr, false",
        "mode=tc, true",
        "mode=short, true",
        "mode=twice-bad-good, true",
        "st=refuse, false",
    })
    void dnsServer_behaviour_verdict(String options, boolean up) throws TraceException {
        List<String> lines = play(
                "DNS_CHECK {\nconnect_timeout 1\nwarmup 0\nname example.org\n}", "198.51.100.11:80 dns " + options);

        assertThat(isUp(lines)).isEqualTo(up);
        assertThat(lines)
                .anyMatch(line -> line.contains(
                        "payload=dns(flags=0100,counts=1/0/0/0,name=example.org.,type=6,class=1,len=29)"));
    }

    @ParameterizedTest
    @CsvSource({
        "reply=0102, true",
        "reply=0103, false",
        "mode=silent, false",
        "st=refuse, false",
    })
    void udpServer_behaviour_verdict(String options, boolean up) throws TraceException {
        List<String> lines = play(
                "UDP_CHECK {\nconnect_timeout 1\nwarmup 0\nrequire_reply 01x2\n}", "198.51.100.11:80 udp " + options);

        assertThat(isUp(lines)).isEqualTo(up);
    }

    @ParameterizedTest
    @CsvSource({
        "exit 0, true",
        "exit 1, false",
        "sleep 0.3 exit 0, true",
        "sleep 5 exit 0, false",
        "signal TERM, false",
        "signal KILL, false",
    })
    void script_behaviour_verdict(String words, boolean up) throws TraceException {
        List<String> lines = play(
                "MISC_CHECK {\nmisc_path \"/run/k/misc m one\"\nmisc_timeout 1\nwarmup 0\n}",
                "198.51.100.11:80 tcp",
                "500 < file m.do write " + words);

        assertThat(isUp(lines)).isEqualTo(up);
        assertThat(lines).contains("   1000 > run misc m one [" + words + "]");
    }

    @Test
    void address_removed_noProbes() throws TraceException {
        List<String> lines = play(
                "TCP_CHECK {\nwarmup 0\n}",
                "198.51.100.11:80 tcp",
                "   1500 < 198.51.100.11:80 refuse",
                "   1600 < shell ip addr del 192.0.2.1/32 dev lo");

        assertThat(lines).filteredOn(line -> line.contains("> probe")).hasSize(1);
        assertThat(isUp(lines)).isTrue();
    }

    @Test
    void pattern_inTheHeader_onlyLikeKeepalived22() throws TraceException {
        String check = "HTTP_GET {\nwarmup 0\nurl {\npath /\nregex text/plain\n}\n}";

        assertThat(isUp(play(check, "198.51.100.11:80 http", true))).isTrue();
        assertThat(isUp(play(check, "198.51.100.11:80 http", false))).isFalse();
    }

    @Test
    void tcp_downForLong_oneProbePerIntervalUnlessLikeKeepalived22() throws TraceException {
        String check = "TCP_CHECK {\nwarmup 0\ndelay_loop 1\ndelay_before_retry 0.2\n}";

        assertThat(play(check, "198.51.100.11:80 tcp st=refuse", false))
                .filteredOn(line -> line.contains("> probe"))
                .hasSize(3);
        assertThat(play(check, "198.51.100.11:80 tcp st=refuse", true))
                .filteredOn(line -> line.contains("> probe"))
                .hasSize(5);
    }

    @Test
    @Tag("slow")
    void run_probesWithoutEnd_refused() {
        assertThatThrownBy(() -> play("TCP_CHECK {\nwarmup 0\ndelay_loop 0.000001\n}", "198.51.100.11:80 tcp"))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("more than 1000000 lines");
    }

    @Test
    void input_unknown_refusedWithItsPlace() {
        assertThatThrownBy(() -> play("TCP_CHECK {\n}", "198.51.100.11:80 tcp", "   1 < frobnicate everything"))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith("test:20:1: unexpected 'frobnicate'");
        assertThatThrownBy(() -> play("TCP_CHECK {\n}", "somewhere tcp"))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith("test:16:1: unexpected 'somewhere'");
    }

    @Test
    void input_thatConcernsNothing_ignored() throws TraceException {
        assertThat(isUp(play(
                        "TCP_CHECK {\nwarmup 0\n}",
                        "198.51.100.11:80 tcp",
                        "   1 < 198.51.100.77:80 refuse",
                        "   2 < shell true",
                        "   3 < file other remove",
                        "   5 < keepalived has exited with 0")))
                .isTrue();
    }
}
