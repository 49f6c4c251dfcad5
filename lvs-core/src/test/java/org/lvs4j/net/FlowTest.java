package org.lvs4j.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The 5-tuple of a flow from values and from primitives. */
final class FlowTest {
    private static final Endpoint CLIENT = Endpoint.parse("[fd00::9]:1234");
    private static final Endpoint VIRTUAL = Endpoint.parse("[fd00::1]:53");

    @Test
    void of_endpoints_bothComeBack() {
        Flow flow = Flow.of(Protocol.UDP, CLIENT, VIRTUAL);
        assertThat(flow.protocol()).isEqualTo(Protocol.UDP);
        assertThat(flow.family()).isEqualTo(AddressFamily.IPV6);
        assertThat(flow.source()).isEqualTo(CLIENT);
        assertThat(flow.destination()).isEqualTo(VIRTUAL);
        assertThat(flow.mark(-1)).hasToString("UDP [fd00::9]:1234 -> [fd00::1]:53 mark 4294967295");
    }

    @Test
    void set_markedFlow_markCleared() {
        Flow flow = new Flow().mark(5);
        assertThat(flow.set(Protocol.TCP, CLIENT, VIRTUAL).mark()).isZero();
    }

    @Test
    void set_mixedFamilies_refusedAndUnchanged() {
        Flow flow = Flow.of(Protocol.UDP, CLIENT, VIRTUAL).mark(7);
        assertThatThrownBy(() -> flow.set(Protocol.TCP, CLIENT, Endpoint.parse("10.0.0.1:53")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.0.0.1:53");
        assertThat(flow).hasToString("UDP [fd00::9]:1234 -> [fd00::1]:53 mark 7");
    }
}
