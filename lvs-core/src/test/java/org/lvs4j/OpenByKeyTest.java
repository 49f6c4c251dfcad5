package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class OpenByKeyTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    private final Director director = Director.create();

    OpenByKeyTest() {
        director.addService(VirtualService.builder(WEB).scheduler("wrr").build());
        director.addServer(WEB, RealServer.builder("192.168.0.2:8080").weight(1).build());
        director.addServer(WEB, RealServer.builder("192.168.0.1:8080").weight(2).build());
    }

    @Test
    void open_byKey_serverOfTheScheduler() {
        List<Endpoint> chosen = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            try (Connection connection = director.open(WEB)) {
                assertThat(connection.verdict()).isEqualTo(Verdict.FORWARD);
                chosen.add(connection.destination());
            }
        }
        assertThat(chosen)
                .filteredOn(Endpoint.parse("192.168.0.1:8080")::equals)
                .hasSize(4);
        assertThat(chosen)
                .filteredOn(Endpoint.parse("192.168.0.2:8080")::equals)
                .hasSize(2);
    }

    @Test
    void retry_byKey_anotherServerUntilNoneIsLeft() {
        Connection connection = director.open(WEB);
        Endpoint first = connection.destination();
        assertThat(connection.retry()).isTrue();
        assertThat(connection.destination()).isNotEqualTo(first);
        assertThat(connection.retry()).isFalse();
        assertThat(connection.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(director.service(WEB).servers())
                .allSatisfy(server ->
                        assertThat(server.active() + server.inactive()).isZero());
        assertThat(director.service(WEB).traffic().connections()).isEqualTo(2);
    }
}
