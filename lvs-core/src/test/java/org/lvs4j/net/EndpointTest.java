package org.lvs4j.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text form of endpoints and addresses, and their conversion to types of the standard library. */
final class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:80, 10.0.0.1:80",
        "10.0.0.1, 10.0.0.1:0",
        "10.0.0.1:65535, 10.0.0.1:65535",
        "[fd00::1]:80, [fd00::1]:80",
        "[fd00::1], [fd00::1]:0",
        "fd00::1, [fd00::1]:0",
        "[FD00:0:0:0:0:0:0:1]:80, [fd00::1]:80",
        "[::ffff:10.0.0.1]:80, [::ffff:10.0.0.1]:80",
        "[::ffff:a00:1]:80, [::ffff:10.0.0.1]:80",
        "[::ffff:0:0]:80, [::ffff:0.0.0.0]:80",
        "[::10.0.0.1]:80, [::10.0.0.1]:80",
        "[::1:0]:80, [::0.1.0.0]:80",
        "[::ffff]:80, [::ffff]:80",
        "[::1]:80, [::1]:80",
        "[::]:80, [::]:80",
        "[::fffe:a00:1]:80, [::fffe:a00:1]:80",
        "[::1:ffff:a00:1]:80, [::1:ffff:a00:1]:80"
    })
    void parse_literal_canonicalText(String text, String canonical) {
        Endpoint endpoint = Endpoint.parse(text);
        assertThat(endpoint).hasToString(canonical);
        assertThat(Endpoint.parse(canonical)).isEqualTo(endpoint).hasSameHashCodeAs(endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "10.0.0.1:",
                "10.0.0.1:65536",
                "10.0.0.1:-1",
                "10.0.0.1:+1",
                "10.0.0.1:000080",
                "10.0.0:80",
                "localhost:80",
                "[10.0.0.1]:80",
                "[fd00::1",
                "[fd00::1]80",
                "fd00::1%eth0",
                " 10.0.0.1:80"
            })
    void parse_anythingElse_refusedWithTheText(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is not an address and port")
                .hasMessageContaining("names of hosts are not looked up here");
    }

    @Test
    void isIpv4Mapped_onlyWithThatPrefix() {
        assertThat(IpAddress.parse("::ffff:10.0.0.1").isIpv4Mapped()).isTrue();
        for (String text : new String[] {"10.0.0.1", "::10.0.0.1", "::1", "::fffe:a00:1", "1::ffff:a00:1"}) {
            assertThat(IpAddress.parse(text).isIpv4Mapped()).as(text).isFalse();
        }
    }

    @Test
    void toSocketAddress_andBack_same() {
        for (String text : new String[] {"10.0.0.1:80", "[fd00::1]:80", "[::ffff:10.0.0.1]:80"}) {
            Endpoint endpoint = Endpoint.parse(text);
            assertThat(Endpoint.of(endpoint.toSocketAddress())).as(text).isEqualTo(endpoint);
        }
        assertThatThrownBy(() -> Endpoint.of(InetSocketAddress.createUnresolved("example.org", 80)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example.org");
    }

    @Test
    void new_portOutOfRange_refused() {
        IpAddress address = IpAddress.parse("10.0.0.1");
        assertThatThrownBy(() -> new Endpoint(address, 65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Endpoint(address, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void compareTo_families_v4FirstThenUnsigned() {
        assertThat(new Endpoint[] {
                    Endpoint.parse("9.0.0.1:2"),
                    Endpoint.parse("9.0.0.1:10"),
                    Endpoint.parse("200.0.0.1:1"),
                    Endpoint.parse("[::1]:1"),
                    Endpoint.parse("[fd00::1]:1")
                })
                .isSorted();
    }
}
