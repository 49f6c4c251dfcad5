package org.lvs4j.admin.internal.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Changes of health as they are told. */
final class EventLogTest {
    private static final String GROUP = "[web]:0";
    private static final List<ServiceKey> KEYS =
            List.of(ServiceKey.tcp("10.0.0.1:80"), ServiceKey.mark(5), ServiceKey.tcp("[fd00::1]:443"));
    private static final RealServer SERVER = RealServer.of("10.0.0.11:80");
    private static final Check CHECK = new TcpCheck(
            ProbeTarget.of(SERVER.endpoint()), CheckSchedule.builder().build());

    @Test
    void health_everyKindOfEvent_hasTheIdsOfItsService() {
        EventLog log = new EventLog(() -> Instant.EPOCH);
        log.accept(new HealthEvent.QuorumChanged(GROUP, KEYS, false, 2, Quorum.DEFAULT));
        log.accept(new HealthEvent.ServerChanged(GROUP, KEYS, SERVER, false, "no answer"));
        log.accept(new HealthEvent.WeightChanged(GROUP, KEYS, SERVER, 7));
        log.accept(new HealthEvent.CheckChanged(GROUP, KEYS, SERVER, CHECK, true, "connected"));
        log.accept(new HealthEvent.ProbeFailed(GROUP, KEYS, SERVER, CHECK, "no answer"));

        assertThat(log.after(0, 10)).hasSize(5).allSatisfy(each -> {
            JsonObject event = JsonParser.parseString(each.data()).getAsJsonObject();
            assertThat(event.get("service").getAsString()).isEqualTo(GROUP);
            assertThat(event.getAsJsonArray("ids"))
                    .hasToString("[\"tcp:10.0.0.1:80\",\"fwmark:5\",\"tcp:[fd00::1]:443\"]");
        });
    }
}
