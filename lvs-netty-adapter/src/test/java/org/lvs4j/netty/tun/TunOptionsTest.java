package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

class TunOptionsTest {
    @Test
    void start_optionsOutOfRange_allNamed() {
        TunPlane.Builder builder = TunPlane.builder(Director.create())
                .device("1 2")
                .mtu(100)
                .queues(0)
                .table(1)
                .mark(Protocol.TCP, Endpoint.parse("10.0.0.1:80"), 0);

        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "device name '1 2'",
                        "MTU 100",
                        "number of queues 0",
                        "table 1",
                        "mark of TCP 10.0.0.1:80: 0 means no mark");
    }
}
