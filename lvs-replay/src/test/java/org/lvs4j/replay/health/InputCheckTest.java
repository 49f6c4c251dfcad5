package org.lvs4j.replay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.replay.TraceException;

/** What a timeline says about the world, from the table before the start to inputs after the stop. */
class InputCheckTest {
    private static final String TEXT = """
            [config]
            virtual_server 192.0.2.1 80 {
                lvs_sched rr
                lvs_method NAT
                protocol TCP
                real_server 198.51.100.11 80 {
                }
            }
            [servers]
            198.51.100.11:80 tcp
            [files]
            value: 1
            [before]
            true
            [timeline]
               1000 < stop
               2000 < end
            """;

    private static String replay(String part, String replacement) throws TraceException {
        return TimelineReplay.run(Timeline.parse(TEXT.replace(part, replacement), "t.trace"))
                .recomputed();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "11:80 tcp|11 tcp|t.trace:10:1: no port in '198.51.100.11'",
                "11:80 tcp|11:80 gopher|t.trace:10:1: unknown kind of server 'gopher'",
                "11:80 tcp|11:80 tcp st=down|t.trace:10:1: unknown state of a server 'down'",
                "11:80 tcp|11:80 tcp stall|t.trace:10:1: unknown behaviour of a server 'stall'",
                "198.51.100.11:80 tcp|server tcp|t.trace:10:1: unexpected 'server'",
                "value: 1|value 1|t.trace:12:1: unexpected 'value 1'",
                "true|ipvsadm -A -t server|t.trace:14:1: a rule that cannot be read at 'server'",
                "1000 < stop|1000 < start|t.trace:16:1: unexpected 'start'",
                "1000 < stop|1000 < 198.51.100.11:80|t.trace:16:1: no behaviour behind '198.51.100.11:80'",
                "1000 < stop|1000 < 198.51.100.11:80 refused|t.trace:16:1: unknown behaviour of a server 'refused'",
                "1000 < stop|1000 < 198.51.100.11:80 refuse now|t.trace:16:1: unknown behaviour of a server 'refuse'",
                "1000 < stop|1000 < reload b|t.trace:16:1: no such configuration: 'b'",
                "1000 < stop|1000 < file value|t.trace:16:1: unknown change of a file, at 'value'",
                "1000 < stop|1000 < file value append 5|t.trace:16:1: unknown change of a file, at '5'",
                "1000 < stop|1000 < shell ipvsadm -A -t x|t.trace:16:1: a rule that cannot be read at 'x'",
            })
    void run_unknownLine_refusedWithItsPlace(String part, String replacement, String message) {
        assertThatThrownBy(() -> replay(part, replacement))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("; expected ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "198.51.100.11:80 mode=stall /a:status=500",
                "198.51.100.11 blackhole",
                "file value remove",
                "reload",
                "keepalived has exited with 0",
                "shell sysctl -qw net.ipv4.vs.expire_nodest_conn=1; ipvsadm -Ln; ipvsadm --start-daemon master",
                "shell ipvsadm -C >/dev/null 2>&1 || ipvsadm -D -t 192.0.2.1:80 2> /dev/null"
            })
    void run_knownInput_accepted(String input) throws TraceException {
        assertThat(replay("1000 < stop", "1000 < " + input)).contains("1000 < " + input);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "reload", "kill-checker", "file value write 5"})
    void input_afterTheStop_changesNothing(String input) throws TraceException {
        assertThat(replay("   2000 < end", "   1500 < " + input + "\n   2000 < end"))
                .endsWith("   1000 = (empty)\n   1500 < " + input + "\n   2000 < end\n");
    }

    @Test
    void before_rulesOfTheSameService_tableBeforeTheStartIsWritten() throws TraceException {
        String rules = "/sbin/ipvsadm -A -t 192.0.2.1:80 -s wlc && ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.9 -m; true";
        String table = "tcp 192.0.2.1:80 wlc { 198.51.100.9:80/1 }\n";

        assertThat(replay("true", rules)).contains("[timeline]\n  -3000 = " + table);
        assertThat(replay("true", rules.replace("2.1:80", "2.9:80"))).doesNotContain("-3000");
        assertThat(replay("true\n[timeline]\n", rules + "\n[timeline]\n  -1200 = (empty)\n"))
                .contains("[timeline]\n  -1200 = " + table);
    }

    @Test
    void before_timeouts_restoredAtTheStop() throws TraceException {
        String text = TEXT.replace("[config]\n", "[config]\nglobal_defs {\nlvs_timeouts tcp 700 tcpfin 60 udp 90\n}\n")
                .replace("true\n", "ipvsadm --set 100 20 30\n");

        assertThat(TimelineReplay.run(Timeline.parse(text, "t.trace")).recomputed())
                .contains("      0 > ipvs set-config tcp=700 tcpfin=60 udp=90\n")
                .contains("   1000 > ipvs set-config tcp=100 tcpfin=20 udp=30\n");
    }

    @Test
    void input_beforeTheStart_happensBeforeIt() throws TraceException {
        String config = TEXT.replace(
                        "    real_server 198.51.100.11 80 {\n",
                        "    real_server 198.51.100.11 80 {\nFILE_CHECK {\ntrack_file a\n}\n")
                .replace("[config]\n", "[config]\ntrack_file a {\nfile /run/k/value\n}\n")
                .replace("   1000 < stop", "   -500 < file value write 8\n   1000 < stop");

        assertThat(TimelineReplay.run(Timeline.parse(config, "t.trace")).recomputed())
                .contains("[timeline]\n   -500 < file value write 8\n")
                .contains("      0 = tcp 192.0.2.1:80 rr { 198.51.100.11:80/9 }\n");
    }

    @Test
    void address_otherSpellingsOfTheCommand_known() {
        assertThat(HostCommand.of("ip -4 addr add 192.0.2.1/32 dev lo").get(0).addressChange())
                .startsWith("add", "192.0.2.1/32");
        assertThat(HostCommand.of("/usr/sbin/ip a del 192.0.2.1/32 dev lo")
                        .get(0)
                        .addressChange())
                .startsWith("del", "192.0.2.1/32");
        assertThat(HostCommand.of("ip link set dummy0 up").get(0).addressChange())
                .isEmpty();
    }
}
