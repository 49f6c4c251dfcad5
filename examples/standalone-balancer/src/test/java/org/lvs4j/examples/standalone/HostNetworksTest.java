package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.examples.standalone.HostNetworks.Network;
import org.lvs4j.net.IpAddress;

class HostNetworksTest {
    private static final HostNetworks HOST = new HostNetworks(
            List.of(new Network(IpAddress.parse("127.0.0.1"), 8)),
            List.of(
                    new Network(IpAddress.parse("10.1.2.3"), 20),
                    new Network(IpAddress.parse("10.9.9.9"), 32),
                    new Network(IpAddress.parse("fd00:1::1"), 64)));

    private static List<String> problems(String rules) throws RuleException {
        return HOST.problems(Rules.parse(rules, "a"));
    }

    @Test
    void problems_directServersOfOwnNetworks_none() throws RuleException {
        assertThat(problems("""
                        -A -f 5
                        -a -f 5 -r 10.1.0.1:0
                        -a -f 5 -r 10.1.15.255:0 -g
                        -A -f 5 -6
                        -a -f 5 -6 -r fd00:1::ffff -g
                        """)).isEmpty();
    }

    @Test
    void problems_directServersOfNoNetwork_eachOnce() throws RuleException {
        assertThat(problems("""
                        -A -f 5
                        -a -f 5 -r 10.1.16.1:80
                        -a -f 5 -r 10.1.16.1:81 -g
                        -a -f 5 -r 10.1.16.1:82 -m
                        -a -f 5 -r 10.9.9.8:80 -g
                        -a -f 5 -r 10.9.9.8:81 -i
                        -A -f 5 -6
                        -a -f 5 -6 -r fd00:2::1 -g
                        """))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("a:2:")
                                .contains("not on a network of this host '10.1.16.1:80'; expected a tunnel (-i)"),
                        line -> assertThat(line).startsWith("a:5:").contains("10.9.9.8"),
                        line -> assertThat(line).startsWith("a:8:").contains("fd00:2::1"));
    }

    @Test
    void problems_ownAddresses_named() throws RuleException {
        assertThat(problems("-A -t 10.9.9.9:80\n-a -t 10.9.9.9:80 -r 127.7.7.7:80 -m\n"))
                .satisfiesExactly(
                        line -> assertThat(line).contains("the virtual address 10.9.9.9 is an address of this host"),
                        line -> assertThat(line).contains("the server is an address of this host '127.7.7.7:80'"));
    }
}
