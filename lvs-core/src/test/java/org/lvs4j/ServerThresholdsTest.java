package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ServerThresholdsTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.100:80");
    private static final String SERVER = "192.168.1.1:80";

    private final Director director = Director.create();
    private final Deque<Connection> open = new ArrayDeque<>();
    private int clients;

    private void serve(int upper, int lower) {
        director.addService(VirtualService.builder(ServiceKey.tcp("10.0.0.100:80"))
                .scheduler("rr")
                .build());
        director.addServer(WEB, server(upper, lower));
    }

    private static RealServer server(int upper, int lower) {
        return RealServer.builder(SERVER)
                .upperThreshold(upper)
                .lowerThreshold(lower)
                .build();
    }

    private Verdict open() {
        Endpoint client = Endpoint.parse("10.1.0.1:" + (1_000 + clients++));
        Connection connection = director.open(Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.100:80")));
        if (connection.accepted()) {
            open.add(connection);
        }
        return connection.verdict();
    }

    private ServerSnapshot state() {
        return director.services().get(0).servers().get(0);
    }

    /** Fills the server, then closes connections one by one until the server is available again. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "2, 0, 1",
        "3, 0, 2",
        "4, 0, 2",
        "7, 0, 5",
        "8, 0, 5",
        "100, 0, 74",
        "1, 1, 0",
        "4, 1, 0",
        "4, 2, 1",
        "4, 4, 3",
        "8, 7, 6"
    })
    void server_filledAndEmptied_availableBelowTheLowerThreshold(int upper, int lower, int usableAt) {
        serve(upper, lower);
        for (int i = 0; i < upper; i++) {
            assertThat(state().overloaded()).isFalse();
            assertThat(open()).isEqualTo(Verdict.FORWARD);
        }
        assertThat(state().overloaded()).isTrue();
        assertThat(open()).isEqualTo(Verdict.REJECT);

        for (int total = upper - 1; total >= usableAt; total--) {
            assertThat(state().overloaded()).as("%d connections", total + 1).isTrue();
            open.remove().expire();
        }
        assertThat(state().overloaded()).isFalse();
        assertThat(open()).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void server_inactiveConnections_countTowardsTheThreshold() {
        serve(2, 0);
        open();
        open();
        open.forEach(connection -> {
            connection.established();
            connection.clientFinished();
        });

        assertThat(state().active()).isZero();
        assertThat(state().inactive()).isEqualTo(2);
        assertThat(open()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void editServer_newThresholdBelowTheCount_oneMoreAccepted() {
        serve(0, 0);
        for (int i = 0; i < 5; i++) {
            open();
        }

        director.editServer(WEB, server(3, 0));

        assertThat(state().overloaded()).isFalse();
        assertThat(open()).isEqualTo(Verdict.FORWARD);
        assertThat(open()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void editServer_raisedThresholdBelowTheCount_oneMoreAccepted() {
        serve(0, 0);
        for (int i = 0; i < 5; i++) {
            open();
        }
        director.editServer(WEB, server(2, 0));
        open();
        assertThat(open()).isEqualTo(Verdict.REJECT);

        director.editServer(WEB, server(4, 0));

        assertThat(open()).isEqualTo(Verdict.FORWARD);
        assertThat(open()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void editServer_loweredThreshold_staysOverloaded() {
        serve(4, 0);
        for (int i = 0; i < 4; i++) {
            open();
        }

        director.editServer(WEB, server(2, 0));

        assertThat(open()).isEqualTo(Verdict.REJECT);
    }

    @Test
    void editServer_thresholdRemoved_accepts() {
        serve(1, 0);
        open();
        assertThat(open()).isEqualTo(Verdict.REJECT);

        director.editServer(WEB, server(0, 0));

        assertThat(open()).isEqualTo(Verdict.FORWARD);
        assertThat(open()).isEqualTo(Verdict.FORWARD);
    }
}
