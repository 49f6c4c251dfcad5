package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;

class HealthEventTest {
    private static final String SERVICE = "[10.0.0.1]:tcp:80";
    private static final RealServer SERVER = RealServer.of("10.0.0.11:80");
    private static final Check CHECK = new TcpCheck(
            ProbeTarget.of(SERVER.endpoint()), CheckSchedule.builder().build());

    @Test
    void toString_eachEvent_oneShortLine() {
        assertThat(new HealthEvent.QuorumChanged(SERVICE, false, 2, Quorum.DEFAULT))
                .hasToString("[10.0.0.1]:tcp:80 has lost its quorum: weight 2");
        assertThat(new HealthEvent.ServerChanged(SERVICE, SERVER, false, "no answer"))
                .hasToString("[10.0.0.1]:tcp:80: 10.0.0.11:80 is down: no answer");
        assertThat(new HealthEvent.WeightChanged(SERVICE, SERVER, 7))
                .hasToString("[10.0.0.1]:tcp:80: 10.0.0.11:80 has weight 7");
        assertThat(new HealthEvent.CheckChanged(SERVICE, SERVER, CHECK, true, "connected"))
                .hasToString("[10.0.0.1]:tcp:80: TCP_CHECK of 10.0.0.11:80 is up: connected");
        assertThat(new HealthEvent.ProbeFailed(SERVICE, SERVER, CHECK, "no answer"))
                .hasToString("[10.0.0.1]:tcp:80: TCP_CHECK of 10.0.0.11:80 has failed: no answer");
    }
}
