package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.internal.ChangedServices;
import org.lvs4j.netty.tun.NetworkFacts.Link;

class SetUpPlanTest {
    private final Map<String, String> sysctls = new HashMap<>();
    private final List<Link> links = new ArrayList<>();
    private final Director director = Director.create();
    private final ChangedServices changed = ChangedServices.of(director, TunNetwork::affected);
    private final TunNetwork network = new TunNetwork(
            new TunOptions("lvs0", 1500, 1, 5300, false, List.of()),
            director,
            new TunNetwork.Host(
                    () -> new NetworkFacts(links, Set.of(), sysctls::get), address -> null, name -> DeviceOutput.NONE),
            null);

    @BeforeEach
    void hostWithTwoNetworks() {
        sysctls.put("net.ipv4.ip_forward", "0");
        sysctls.put("net.ipv4.conf.all.rp_filter", "0");
        sysctls.put("net.ipv6.conf.all.forwarding", "0");
        sysctls.put("net.ipv6.conf.eth0.accept_ra", "1");
        sysctls.put("net.ipv6.conf.eth1.accept_ra", "0");
        sysctls.put("net.ipv6.conf.eth0.proxy_ndp", "0");
        links.add(link("lo", true, "127.0.0.1", 8));
        links.add(link("eth0", false, "192.0.2.1", 24, "2001:db8::1", 64));
        links.add(link("eth1", false, "10.0.0.1", 24, "fd00::1", 64));
    }

    private static Link link(String name, boolean loopback, Object... prefixes) {
        List<Prefix> list = new ArrayList<>();
        for (int i = 0; i < prefixes.length; i += 2) {
            list.add(new Prefix(IpAddress.parse((String) prefixes[i]), (Integer) prefixes[i + 1]));
        }
        return new Link(name, loopback, list);
    }

    private List<Step> plan(String... rules) throws RuleException {
        director.clear();
        Rules.parse(String.join("\n", rules), "test").applyTo(director);
        network.follow(changed.take());
        return network.steps();
    }

    private static List<String> commands(List<Step> steps) {
        return steps.stream().map(Step::command).toList();
    }

    @Test
    void follow_masquerading_virtualAddressAndAnswersRouted() throws RuleException {
        List<Step> steps = plan("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 10.0.0.2:8080 -m");

        assertThat(commands(steps))
                .containsExactly(
                        "ip link set dev lvs0 addrgenmode none",
                        "ip link set dev lvs0 mtu 1500 txqueuelen 5000 up",
                        "sysctl -w net.ipv4.conf.lvs0.accept_local=1",
                        "sysctl -w net.ipv4.conf.lvs0.rp_filter=0",
                        "sysctl -w net.ipv4.ip_forward=1",
                        "ip rule add pref 5300 iif lvs0 goto 5304",
                        "ip rule add pref 5304 nop",
                        "ip rule add pref 5301 lookup 5300",
                        "ip rule add pref 5302 iif lo goto 5304",
                        "ip route add 192.0.2.100/32 dev lvs0 table 5300",
                        "ip neigh add proxy 192.0.2.100 dev eth0",
                        "ip route add default dev lvs0 table 5301",
                        "ip rule add pref 5303 from 10.0.0.2 lookup 5301");
        assertThat(SetUp.undoing(steps))
                .containsExactly(
                        "ip rule del pref 5303 from 10.0.0.2",
                        "ip route del default dev lvs0 table 5301",
                        "ip neigh del proxy 192.0.2.100 dev eth0",
                        "ip route del 192.0.2.100/32 dev lvs0 table 5300",
                        "ip rule del pref 5302 iif lo",
                        "ip rule del pref 5301",
                        "ip rule del pref 5304",
                        "ip rule del pref 5300 iif lvs0",
                        "sysctl -w net.ipv4.ip_forward=0");
    }

    @Test
    void follow_ipv6_routerAdvertisementsKeptAndNeighboursProxied() throws RuleException {
        List<Step> steps = plan("-A -t [2001:db8::100]:80", "-a -t [2001:db8::100]:80 -r [fd00::2]:80 -m");

        assertThat(commands(steps))
                .containsSequence(
                        "sysctl -w net.ipv6.conf.eth0.accept_ra=2",
                        "sysctl -w net.ipv6.conf.all.forwarding=1",
                        "ip -6 rule add pref 5300 iif lvs0 goto 5304")
                .containsSequence(
                        "ip -6 route add 2001:db8::100/128 dev lvs0 table 5300",
                        "sysctl -w net.ipv6.conf.eth0.proxy_ndp=1",
                        "ip -6 neigh add proxy 2001:db8::100 dev eth0")
                .contains("ip -6 rule add pref 5303 from fd00::2 lookup 5301")
                .noneMatch(command -> command.contains("ip_forward") || command.contains("eth1.accept_ra"));
        assertThat(SetUp.undoing(steps))
                .containsSubsequence(
                        "sysctl -w net.ipv6.conf.eth0.proxy_ndp=0",
                        "sysctl -w net.ipv6.conf.all.forwarding=0",
                        "sysctl -w net.ipv6.conf.eth0.accept_ra=1");
    }

    @Test
    void follow_tunnels_answersNotRouted() throws RuleException {
        assertThat(commands(plan("-A -t 198.51.100.1:80", "-a -t 198.51.100.1:80 -r 10.0.0.2 -i")))
                .contains("ip route add 198.51.100.1/32 dev lvs0 table 5300")
                .noneMatch(command -> command.contains("10.0.0.2") || command.contains("neigh"));
    }

    @Test
    void follow_directRouting_eachServerHasDevice() throws RuleException {
        String service = "-A -t 192.0.2.100:80";
        List<Step> steps = plan(service, "-a -t 192.0.2.100:80 -r 10.0.0.2 -g", "-a -t 192.0.2.100:80 -r 192.0.2.7 -g");

        assertThat(commands(steps))
                .contains(
                        "ip link set dev lvs0-0 mtu 1500 txqueuelen 5000 up",
                        "sysctl -w net.ipv4.conf.lvs0-1.rp_filter=0")
                .containsSubsequence(
                        "ip route add default via 10.0.0.2 dev eth1 table 5305",
                        "ip route add blackhole default table 5305 metric 32000",
                        "ip rule add pref 5300 iif lvs0-0 lookup 5305",
                        "ip route add default via 192.0.2.7 dev eth0 table 5306",
                        "ip rule add pref 5301 lookup 5300");
        assertThat(SetUp.undoing(steps)).contains("ip rule del pref 5300 iif lvs0-1");
    }

    @Test
    void follow_directServersChange_remainingOnesKeepTheirDevices() throws RuleException {
        plan("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 10.0.0.2 -g", "-a -t 192.0.2.100:80 -r 10.0.0.3 -g");

        assertThat(commands(plan(
                        "-A -t 192.0.2.100:80",
                        "-a -t 192.0.2.100:80 -r 10.0.0.3 -g",
                        "-a -t 192.0.2.100:80 -r 10.0.0.9 -g")))
                .contains(
                        "ip route add default via 10.0.0.3 dev eth1 table 5306",
                        "ip route add default via 10.0.0.9 dev eth1 table 5307");
    }

    @Test
    void follow_serverOfTwoServices_plannedOnce() throws RuleException {
        assertThat(commands(plan(
                        "-A -t 192.0.2.100:80",
                        "-a -t 192.0.2.100:80 -r 10.0.0.2 -m",
                        "-A -u 192.0.2.100:53",
                        "-a -u 192.0.2.100:53 -r 10.0.0.2 -m")))
                .doesNotHaveDuplicates();
    }

    @Test
    void follow_forwardingAlreadyOn_settingLeftAlone() throws RuleException {
        sysctls.put("net.ipv4.ip_forward", "1");

        assertThat(plan("-A -t 192.0.2.100:80"))
                .noneMatch(step -> step.command().contains("ip_forward"));
    }

    @Test
    void required_forwardingAlreadyOn_settingMustStay() throws RuleException {
        sysctls.put("net.ipv4.ip_forward", "1");
        plan("-A -t 192.0.2.100:80");

        assertThat(network.required()).contains(new Step("sysctl -w net.ipv4.ip_forward=1", null, true));
    }

    @Test
    void follow_loopbackDown_messageSaysWhatToDo() {
        links.remove(0);

        assertThatThrownBy(() -> plan("-A -t 192.0.2.100:80"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("the loopback interface is down")
                .hasMessageContaining("ip link set dev lo up");
    }

    @Test
    void follow_reversePathFilterTurnedOn_deviceFollows() throws RuleException {
        plan("-A -t 192.0.2.100:80");
        sysctls.put("net.ipv4.conf.all.rp_filter", "1");
        network.follow(List.of());

        assertThat(commands(network.steps()))
                .contains("sysctl -w net.ipv4.conf.lvs0.rp_filter=2", "ip addr add 192.0.0.8/32 dev lvs0");
    }

    @Test
    void follow_manyMasqueradedServers_answersRoutedByPrefixes() throws RuleException {
        List<String> rules = new ArrayList<>(List.of("-A -t 192.0.2.100:80", "-A -t [2001:db8::100]:80"));
        for (int i = 0; i <= AnswerPrefixes.MOST; i++) {
            rules.add("-a -t 192.0.2.100:80 -r 10.9." + i / 16 + "." + i % 16 + ":80 -m");
        }
        rules.add("-a -t [2001:db8::100]:80 -r [fd00::2]:80 -m");
        List<String> commands = commands(plan(rules.toArray(String[]::new)));

        // 17 prefixes. Those of the host's own packets do not matter: a rule before them skips them.
        assertThat(commands.stream().filter(command -> command.startsWith("ip rule add pref 5303")))
                .hasSize(17)
                .contains("ip rule add pref 5303 from 10.9.16.0/28 lookup 5301");
        assertThat(commands)
                .containsSubsequence(
                        "ip rule add pref 5302 iif lo goto 5304", "ip rule add pref 5303 from 10.9.0.0/28 lookup 5301")
                .contains("ip -6 rule add pref 5303 from fd00::2 lookup 5301");
    }

    @Test
    void follow_strictReversePathFilter_deviceIsLooseWithAddress() throws RuleException {
        sysctls.put("net.ipv4.conf.all.rp_filter", "1");

        assertThat(commands(plan("-A -t 192.0.2.100:80")))
                .contains("sysctl -w net.ipv4.conf.lvs0.rp_filter=2", "ip addr add 192.0.0.8/32 dev lvs0");
    }

    @Test
    void follow_hostWithoutIpv6_ipv6CommandsLeftOutOrRefused() throws RuleException {
        sysctls.keySet().removeIf(name -> name.contains("ipv6"));

        assertThat(commands(plan("-A -t 192.0.2.100:80"))).noneMatch(command -> command.contains("addrgenmode"));
        assertThatThrownBy(() -> plan("-A -t [2001:db8::100]:80"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("IPv6 is disabled");
    }

    @Test
    void follow_interfaceWithDot_settingNamedWithSlashes() throws RuleException {
        links.add(link("eth0.7", false, "2001:db8:7::1", 64));
        sysctls.put("net/ipv6/conf/eth0.7/proxy_ndp", "0");

        assertThat(commands(plan("-A -t [2001:db8:7::100]:80"))).contains("sysctl -w net/ipv6/conf/eth0.7/proxy_ndp=1");
    }

    @Test
    void follow_addressesThatCannotWork_messageSaysWhatToDo() {
        assertThatThrownBy(() -> plan("-A -t 192.0.2.1:80"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ip addr del 192.0.2.1/32 dev eth0");
        assertThatThrownBy(() -> plan("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 10.0.0.1 -m"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("10.0.0.1 is an address of this host");
        assertThatThrownBy(() -> plan("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 127.0.0.9 -i"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("127.0.0.9 is an address of this host");
        assertThatThrownBy(() -> plan("-A -t 192.0.2.100:80", "-a -t 192.0.2.100:80 -r 10.9.0.1 -g"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("10.9.0.1")
                .hasMessageContaining("not on a network of this host");
    }
}
