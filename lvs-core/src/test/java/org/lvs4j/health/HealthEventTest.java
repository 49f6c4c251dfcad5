package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

class HealthEventTest {
    private static final String SERVICE = "[10.0.0.1]:tcp:80";
    private static final List<ServiceKey> KEYS = List.of(ServiceKey.tcp("10.0.0.1:80"));
    private static final RealServer SERVER = RealServer.of("10.0.0.11:80");
    private static final Check CHECK = new TcpCheck(
            ProbeTarget.of(SERVER.endpoint()), CheckSchedule.builder().build());

    @Test
    void toString_eachEvent_oneShortLine() {
        assertThat(new HealthEvent.QuorumChanged(SERVICE, KEYS, false, 2, Quorum.DEFAULT))
                .hasToString("[10.0.0.1]:tcp:80 has lost its quorum: weight 2");
        assertThat(new HealthEvent.ServerChanged(SERVICE, KEYS, SERVER, false, "no answer"))
                .hasToString("[10.0.0.1]:tcp:80: 10.0.0.11:80 is down: no answer");
        assertThat(new HealthEvent.WeightChanged(SERVICE, KEYS, SERVER, 7))
                .hasToString("[10.0.0.1]:tcp:80: 10.0.0.11:80 has weight 7");
        assertThat(new HealthEvent.CheckChanged(SERVICE, KEYS, SERVER, CHECK, true, "connected"))
                .hasToString("[10.0.0.1]:tcp:80: TCP_CHECK of 10.0.0.11:80 is up: connected");
        assertThat(new HealthEvent.ProbeFailed(SERVICE, KEYS, SERVER, CHECK, "no answer"))
                .hasToString("[10.0.0.1]:tcp:80: TCP_CHECK of 10.0.0.11:80 has failed: no answer");
    }
}
