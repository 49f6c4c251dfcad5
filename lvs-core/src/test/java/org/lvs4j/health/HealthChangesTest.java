package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;

class HealthChangesTest {
    private static final String WEB = """
            virtual_server 10.0.0.1 80 {
                lvs_sched wrr
                lvs_method NAT
                protocol TCP
                quorum 2
                real_server 10.0.0.11 80 {
                    weight 1
                    TCP_CHECK {
                        retry 1
                    }
                }
                real_server 10.0.0.12 80 {
                    weight 2
                    TCP_CHECK {
                        connect_port 81
                    }
                    MISC_CHECK {
                        misc_path "/bin/true"
                    }
                }
            }
            """;

    private static final String DNS = """
            virtual_server 10.0.0.1 53 {
                lvs_sched rr
                lvs_method NAT
                protocol UDP
                real_server 10.0.0.21 53 {
                    DNS_CHECK {
                    }
                }
            }
            """;

    private static HealthConfiguration read(String text) {
        try {
            return KeepalivedFile.parse("a.conf", text, KeepalivedOptions.DEFAULT)
                    .health();
        } catch (KeepalivedException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private static List<String> changes(String before, String after) {
        return read(before).changesTo(read(after)).stream()
                .map(HealthChange::toString)
                .toList();
    }

    @Test
    void changesTo_sameText_none() {
        assertThat(changes(WEB + DNS, WEB + DNS)).isEmpty();
        assertThat(changes(WEB + DNS, DNS + WEB))
                .as("the order does not matter")
                .isEmpty();
    }

    @Test
    void changesTo_otherServices_removedFirstThenAddedWithTheirServers() {
        assertThat(changes(WEB, DNS))
                .containsExactly(
                        "- TCP 10.0.0.1:80",
                        "+ UDP 10.0.0.1:53: rr",
                        "+ UDP 10.0.0.1:53 -> 10.0.0.21:53: weight 1, DNS_CHECK");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lvs_sched wrr     | lvs_sched rr      | ~ TCP 10.0.0.1:80: scheduler rr, was wrr",
                "quorum 2          | quorum 1          | ~ TCP 10.0.0.1:80: quorum 1, was 2",
                "quorum 2          | quorum 2 omega    | ",
                "weight 2          | weight 5          | ~ TCP 10.0.0.1:80 -> 10.0.0.12:80: weight 5, was 2",
                "weight 2          | notify_up /x      | ~ TCP 10.0.0.1:80 -> 10.0.0.12:80: weight 1 was 2 notify_up",
                "retry 1           | retry 2           | ~ TCP 10.0.0.1:80 -> 10.0.0.11:80 TCP_CHECK",
                "connect_port 81   | connect_port 82   | ~ TCP 10.0.0.1:80 -> 10.0.0.12:80 TCP_CHECK",
                "10.0.0.12 80      | 10.0.0.13 80      | - TCP 10.0.0.1:80 -> 10.0.0.12:80",
            })
    void changesTo_oneValue_namedWithItsPlace(String before, String after, String change) {
        List<String> changes = changes(WEB, WEB.replace(before, after));

        if (change == null) {
            assertThat(changes).isEmpty();
        } else {
            assertThat(changes.get(0).replace(", was 2, ", " was 2 ")).isEqualTo(change);
        }
    }

    @Test
    void changesTo_otherChecks_eachNamedOnce() {
        String after = WEB.replace("MISC_CHECK {\n                        misc_path \"/bin/true\"", "PING_CHECK {")
                .replace("misc_path \"/bin/true\"", "")
                .replace("MISC_CHECK", "PING_CHECK");

        assertThat(changes(WEB, after))
                .containsExactly(
                        "- TCP 10.0.0.1:80 -> 10.0.0.12:80 MISC_CHECK", "+ TCP 10.0.0.1:80 -> 10.0.0.12:80 PING_CHECK");
    }

    @Test
    void changesTo_addressesOfAGroup_named() {
        String group =
                "virtual_server_group G {\n10.0.0.1 80\n10.0.0.2 80\n}\n" + WEB.replace("10.0.0.1 80 {", "group G {");

        assertThat(changes(group, group.replace("10.0.0.2 80", "10.0.0.3 80")))
                .containsExactly("~ group G: with TCP 10.0.0.3:80, without TCP 10.0.0.2:80");
    }
}
