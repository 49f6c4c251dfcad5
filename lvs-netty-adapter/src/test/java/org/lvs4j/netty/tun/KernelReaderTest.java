package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelReaderTest {
    private static final String LO = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT"
            + " group 0 qlen 1000\\    link/[772] 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
    private static final String UP =
            "2: lvs0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc fq state UNKNOWN"
                    + " mode DEFAULT group 0 qlen 5000\\    link/[65534] \n";

    private final Map<String, String> answers = new HashMap<>();
    private final Map<String, String> sysctls = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final KernelReader reader = new KernelReader(
            (options, queries) -> {
                StringBuilder output = new StringBuilder();
                for (String query : queries) {
                    asked.add(options + " " + query);
                    output.append(
                            query.equals("link show dev lo") ? LO : answers.getOrDefault(options + " " + query, ""));
                }
                return output.toString();
            },
            sysctls::get);

    private void answer(String query, String text) {
        answers.put("-o -N " + query, text);
    }

    private boolean isInForce(String command) {
        return reader.missing(List.of(new Step(command, null))).isEmpty();
    }

    @Test
    void missing_rules_comparedWithSelectorAndAction() {
        answer(
                "-4 rule show",
                "0:\tfrom all lookup 255\n5300:\tfrom all iif lvs0 goto 5304\n5301:\tfrom all lookup 5300\n"
                        + "5302:\tfrom all iif lo goto 5304\n5303:\tfrom 10.0.0.0/20 lookup 5301 proto 4\n"
                        + "5303:\tfrom 10.9.9.9 fwmark 0x1 lookup 5301\n5304:\tfrom all nop\n5305:\tnot from all nop\n");

        assertThat(isInForce("ip rule add pref 5300 iif lvs0 goto 5304")).isTrue();
        assertThat(isInForce("ip rule add pref 5301 lookup 5300")).isTrue();
        assertThat(isInForce("ip rule add pref 5302 iif lo goto 5304")).isTrue();
        assertThat(isInForce("ip rule add pref 5303 from 10.0.0.0/20 lookup 5301"))
                .isTrue();
        assertThat(isInForce("ip rule add pref 5304 nop")).isTrue();
        assertThat(isInForce("ip rule add pref 5303 from 10.9.9.9 lookup 5301")).isFalse();
        assertThat(isInForce("ip rule add pref 5301 lookup 5399")).isFalse();
        assertThat(isInForce("ip rule add pref 5305 nop")).isFalse();
        assertThat(isInForce("ip -6 rule add pref 5304 nop")).isFalse();
    }

    @Test
    void missing_routes_comparedByTableAndDevice() {
        answer("-4 route show table 5300", "192.0.2.100 dev lvs0 scope 253 linkdown \n");
        answer("-4 route show table 5301", "default dev lvs0 scope 253 \n");
        answer("-4 route show table 5305", "default via 10.0.0.2 dev eth1 \n6 default metric 32000 \n");
        answer("-6 route show table 5300", "2001:db8::100 dev lvs0 metric 1024 pref medium\n");
        answer(
                "-6 route show table 5305",
                "default via fd00::2 dev eth1 metric 1024 pref medium\n"
                        + "blackhole default dev lo metric 32000 pref medium\n");

        assertThat(isInForce("ip route add 192.0.2.100/32 dev lvs0 table 5300")).isTrue();
        assertThat(isInForce("ip route add 192.0.2.100/32 dev eth0 table 5300")).isFalse();
        assertThat(isInForce("ip route add 192.0.2.101/32 dev lvs0 table 5300")).isFalse();
        assertThat(isInForce("ip route add default dev lvs0 table 5301")).isTrue();
        assertThat(isInForce("ip route add default via 10.0.0.2 dev eth1 table 5305"))
                .isTrue();
        assertThat(isInForce("ip route add blackhole default table 5305 metric 32000"))
                .isTrue();
        assertThat(isInForce("ip -6 route add 2001:db8::100/128 dev lvs0 table 5300"))
                .isTrue();
        assertThat(isInForce("ip -6 route add default via fd00::2 dev eth1 table 5305"))
                .isTrue();
        assertThat(isInForce("ip -6 route add blackhole default table 5305 metric 32000"))
                .isTrue();
        assertThat(isInForce("ip -6 route add default dev lvs0 table 5301")).isFalse();
    }

    @Test
    void missing_device_comparedWithStateMtuAndQueue() {
        String command = "ip link set dev lvs0 mtu 1500 txqueuelen 5000 up";
        answer("-4 link show dev lvs0", UP);
        assertThat(isInForce(command)).isTrue();

        answer("-4 link show dev lvs0", UP.replace("mtu 1500", "mtu 1400"));
        assertThat(isInForce(command)).isFalse();
        answer("-4 link show dev lvs0", UP.replace("qlen 5000", "qlen 500"));
        assertThat(isInForce(command)).isFalse();
        answer("-4 link show dev lvs0", UP.replace(",UP,LOWER_UP", ""));
        assertThat(isInForce(command)).isFalse();
        answer("-4 link show dev lvs0", "");
        assertThat(isInForce(command)).isFalse();
    }

    @Test
    void missing_addressesAndNeighbours_comparedByDevice() {
        answer("-4 addr show dev lvs0", "2: lvs0    inet 192.0.0.8/32 scope 0 lvs0\\       valid_lft forever\n");
        answer("-4 neigh show proxy", "192.0.2.100 dev eth0 proxy \n");
        answer("-6 neigh show proxy", "::1.2.3.4 dev eth0 router proxy \n");

        assertThat(isInForce("ip addr add 192.0.0.8/32 dev lvs0")).isTrue();
        assertThat(isInForce("ip addr add 192.0.0.8/32 dev lvs0-1")).isFalse();
        assertThat(isInForce("ip neigh add proxy 192.0.2.100 dev eth0")).isTrue();
        assertThat(isInForce("ip neigh add proxy 192.0.2.100 dev eth1")).isFalse();
        assertThat(isInForce("ip -6 neigh add proxy " + org.lvs4j.net.IpAddress.parse("::1.2.3.4") + " dev eth0"))
                .isTrue();
    }

    @Test
    void missing_settings_comparedWithPresentValue() {
        sysctls.put("net.ipv4.ip_forward", "1");
        sysctls.put("net.ipv6.conf.lvs0.addr_gen_mode", "1");

        assertThat(isInForce("sysctl -w net.ipv4.ip_forward=1")).isTrue();
        assertThat(isInForce("sysctl -w net.ipv4.ip_forward=0")).isFalse();
        assertThat(isInForce("sysctl -w net.ipv4.conf.lvs0.rp_filter=0")).isFalse();
        assertThat(isInForce("ip link set dev lvs0 addrgenmode none")).isTrue();
        sysctls.put("net.ipv6.conf.lvs0.addr_gen_mode", "0");
        assertThat(isInForce("ip link set dev lvs0 addrgenmode none")).isFalse();
    }

    @Test
    void missing_manyStepsOfKind_oneQueryAndOrderKept() {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            steps.add(new Step("ip route add 192.0.2." + i + "/32 dev lvs0 table 5300", null));
            steps.add(new Step("ip neigh add proxy 192.0.2." + i + " dev eth0", null));
        }

        assertThat(reader.missing(steps)).isEqualTo(steps);
        assertThat(asked)
                .containsExactly(
                        "-o -N -4 neigh show proxy",
                        "-o -N -4 link show dev lo",
                        "-o -N -4 route show table 5300",
                        "-o -N -4 link show dev lo");
    }

    @Test
    void missing_answerChanges_comparedWithTheNewOne() {
        String command = "ip neigh add proxy 192.0.2.100 dev eth0";
        answer("-4 neigh show proxy", "192.0.2.100 dev eth0 proxy \n");
        assertThat(isInForce(command)).isTrue();
        assertThat(isInForce(command)).isTrue();
        answer("-4 neigh show proxy", "192.0.2.101 dev eth0 proxy \n");
        assertThat(isInForce(command)).isFalse();
        // The same text as an answer to another query.
        answer("-4 route show table 9", "192.0.2.101 dev eth0 proxy \n");
        assertThat(isInForce("ip route add 192.0.2.101/32 dev eth0 table 9")).isTrue();
    }

    @Test
    void missing_programThatDoesNotAnswer_exceptionInsteadOfMissingSteps() {
        KernelReader silent = new KernelReader((options, queries) -> "", sysctls::get);

        assertThatThrownBy(() -> silent.missing(List.of(new Step("ip rule add pref 5304 nop", null))))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("has answered 0 of 1 queries");
    }
}
