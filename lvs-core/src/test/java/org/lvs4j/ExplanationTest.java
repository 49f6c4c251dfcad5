package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class ExplanationTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    // A connection that lingers ends by the clock, which could fall between a prediction and the connection.
    private final Director director = Director.builder().linger(false).build();

    private void addService(String scheduler) {
        director.addService(VirtualService.builder(WEB).scheduler(scheduler).build());
        director.addServer(WEB, RealServer.builder("192.168.0.1:80").weight(1).build());
        director.addServer(
                WEB,
                RealServer.builder("192.168.0.2:80").weight(2).upperThreshold(1).build());
    }

    private static Flow flow(int port) {
        return Flow.of(Protocol.TCP, Endpoint.parse("10.9.9.9:" + port), Endpoint.parse("10.0.0.1:80"));
    }

    @Test
    void explain_leastConnection_costsAndChoice() {
        addService("wlc");
        Connection first = director.open(flow(1));
        assertThat(first.server().endpoint()).hasToString("192.168.0.2:80");
        Explanation explanation = director.explain(flow(2));
        assertThat(explanation.service()).isEqualTo(WEB);
        assertThat(explanation.scheduler()).isEqualTo("wlc");
        assertThat(explanation.server().endpoint()).hasToString("192.168.0.1:80");
        assertThat(explanation.candidates())
                .extracting(Explanation.Candidate::weight)
                .containsExactly(2, 1);
        assertThat(explanation.candidates())
                .extracting(Explanation.Candidate::active)
                .containsExactly(1, 0);
        assertThat(explanation.candidates())
                .extracting(Explanation.Candidate::overloaded)
                .containsExactly(true, false);
        assertThat(explanation.candidates())
                .extracting(Explanation.Candidate::cost)
                .containsExactly(128.0, 0.0);
        first.close();
    }

    @Test
    void explain_everyScheduler_predictsTheNextConnection() {
        for (String scheduler : director.schedulers()) {
            if (scheduler.equals("twos")) {
                continue; // It is randomised.
            }
            director.clear();
            addService(scheduler);
            for (int port = 1; port < 50; port++) {
                director.explain(flow(port));
                RealServer predicted = director.explain(flow(port)).server();
                try (Connection connection = director.open(flow(port))) {
                    assertThat(connection.accepted() ? connection.server() : null)
                            .as(scheduler)
                            .isEqualTo(predicted);
                }
            }
        }
    }

    @Test
    void explain_noServerOrNoService_noneChosenOrNull() {
        assertThat(director.explain(flow(1))).isNull();
        director.addService(VirtualService.builder(WEB).build());
        Explanation explanation = director.explain(flow(1));
        assertThat(explanation.server()).isNull();
        assertThat(explanation.chosen()).isEqualTo(-1);
        assertThat(explanation.candidates()).isEmpty();
    }

    @Test
    void latency_peakEwma_slowServerAvoided() {
        addService("peak-ewma");
        Connection slow = director.open(flow(1));
        slow.latency(50_000_000);
        slow.close();
        Connection fast = director.open(flow(2));
        assertThat(fast.server()).isNotEqualTo(slow.server());
        fast.latency(1_000_000);
        fast.close();
        for (int port = 3; port < 20; port++) {
            try (Connection next = director.open(flow(port))) {
                assertThat(next.server()).isEqualTo(fast.server());
            }
        }
        try (Connection last = director.open(flow(99))) {
            assertThatThrownBy(() -> last.latency(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
