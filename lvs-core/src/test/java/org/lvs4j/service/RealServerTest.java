package org.lvs4j.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding.Checksum;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Forwarding.Tunnel;

/** Real servers and their parts as values: defaults and checks. */
final class RealServerTest {
    @Test
    void of_endpoint_defaults() {
        RealServer server = RealServer.of("192.168.1.1:8080");
        assertThat(server).isEqualTo(RealServer.of(Endpoint.parse("192.168.1.1:8080")));
        assertThat(server.weight()).isEqualTo(1);
        assertThat(server.forwarding()).isEqualTo(Forwarding.masquerade());
        assertThat(server.upperThreshold()).isZero();
        assertThat(server.lowerThreshold()).isZero();
    }

    @Test
    void build_everyValueWrong_allProblemsAtOnce() {
        RealServer.Builder builder =
                RealServer.builder("224.0.0.1:80").weight(-1).upperThreshold(-2).lowerThreshold(3);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("real server 224.0.0.1:80: the address of a real server must be a unicast address;"
                        + " weight -1 is negative; thresholds must not be negative;"
                        + " lower threshold 3 is above the upper one, -2");
    }

    @Test
    void withWeight_anyWeight_onlyTheWeightDiffers() {
        RealServer server = RealServer.builder("192.168.1.1:80")
                .forwarding(Forwarding.ipip())
                .upperThreshold(10)
                .lowerThreshold(5)
                .build();
        assertThat(server.withWeight(7).withWeight(1)).isEqualTo(server);
        assertThat(server.withWeight(7).weight()).isEqualTo(7);
        assertThat(server.toBuilder().build()).isEqualTo(server);
    }

    @Test
    void tunnel_everyValueWrong_allProblemsAtOnce() {
        assertThatThrownBy(() -> new Tunnel(Encapsulation.IPIP, 1, Checksum.FULL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only a GUE tunnel has a port, not IPIP; an IPIP tunnel has no checksum");
        assertThatThrownBy(() -> new Tunnel(Encapsulation.GRE, 1, Checksum.REMOTE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only a GUE tunnel has a port, not GRE; remote checksum offload is for GUE tunnels only");
        assertThatThrownBy(() -> new Tunnel(Encapsulation.GUE, 0, Checksum.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1..65535");
    }

    @Test
    void forwarding_tunnelWithoutDescription_refused() {
        assertThatThrownBy(() -> new Forwarding(Forwarding.Method.TUNNEL, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Forwarding(
                        Forwarding.Method.DIRECT, Forwarding.ipip().tunnel()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mark_zero_refused() {
        assertThatThrownBy(() -> ServiceKey.mark(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(ServiceKey.mark(-1, AddressFamily.IPV6)).hasToString("FWM 4294967295 IPv6");
    }

    @Test
    void sysctl_everySetting_foundByItsKeyAndDefaultInRange() {
        for (Sysctl sysctl : Sysctl.values()) {
            assertThat(Sysctl.find(sysctl.key())).isEqualTo(sysctl);
            assertThat(sysctl.requireInRange(sysctl.defaultValue())).isEqualTo(sysctl.defaultValue());
        }
        assertThat(Sysctl.find("no_such_setting")).isNull();
        assertThatThrownBy(() -> Sysctl.CONN_REUSE_MODE.requireInRange(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("conn_reuse_mode = 4 is outside 0..3");
    }
}
