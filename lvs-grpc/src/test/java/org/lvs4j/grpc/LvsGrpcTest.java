package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.inprocess.InProcessSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;

final class LvsGrpcTest {
    @Test
    void endpoint_addressOfIp_itself() throws Exception {
        InetAddress ip = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        assertThat(LvsGrpc.endpoint(new InetSocketAddress(ip, 80))).isEqualTo(Endpoint.parse("10.0.0.1:80"));
    }

    @Test
    void endpoint_otherAddress_alwaysTheSameUnderDiscardPrefix() {
        Endpoint first = LvsGrpc.endpoint(UnixDomainSocketAddress.of("/run/a.sock"));

        assertThat(first).isEqualTo(LvsGrpc.endpoint(UnixDomainSocketAddress.of("/run/a.sock")));
        assertThat(first).isNotEqualTo(LvsGrpc.endpoint(UnixDomainSocketAddress.of("/run/b.sock")));
        assertThat(first.toString()).startsWith("[100::");
        assertThat(LvsGrpc.endpoint(new InProcessSocketAddress("a")).toString()).startsWith("[100::");
    }

    @Test
    void endpoint_unresolvedOrUnspecified_keepsThePort() {
        assertThat(LvsGrpc.endpoint(InetSocketAddress.createUnresolved("a.example", 443))
                        .toString())
                .startsWith("[100::")
                .endsWith("]:443");
        assertThat(LvsGrpc.endpoint(new InetSocketAddress(443)).address().isUnspecified())
                .isFalse();
    }

    @Test
    void parameters_null_refusedByName() {
        assertThatThrownBy(() -> LvsGrpc.endpoint(null)).hasMessage("address");
        assertThatThrownBy(() -> LvsGrpc.provider(null)).hasMessage("director");
        assertThatThrownBy(() -> new LvsLoadBalancerProvider().newLoadBalancer(null))
                .hasMessage("helper");
        assertThatThrownBy(() -> new LvsLoadBalancerProvider().parseLoadBalancingPolicyConfig(null))
                .hasMessage("config");
    }
}
