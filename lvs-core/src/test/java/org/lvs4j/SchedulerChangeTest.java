package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The state that a scheduler keeps across changes of the service. */
final class SchedulerChangeTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    private final Director director = Director.create();

    private void addService(String scheduler, int servers) {
        director.addService(VirtualService.builder(WEB).scheduler(scheduler).build());
        for (int i = 1; i <= servers; i++) {
            director.addServer(WEB, server(i, 1));
        }
    }

    private static RealServer server(int number, int weight) {
        return RealServer.builder("192.168." + number / 250 + "." + (1 + number % 250) + ":80")
                .weight(weight)
                .build();
    }

    private List<String> picks(int clients) {
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Endpoint client = Endpoint.parse("10.5." + i / 250 + "." + i % 250 + ":4321");
            try (Connection connection = director.open(Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.1:80")))) {
                picks.add(connection.accepted() ? connection.destination().toString() : "none");
            }
        }
        return picks;
    }

    @Test
    void editService_toMaglev_quiescedServerKeepsItsSlots() {
        addService("mh", 3);
        director.editServer(WEB, server(2, 0));
        List<String> expected = picks(300);
        assertThat(expected).contains("none");
        director.editService(VirtualService.builder(WEB).scheduler("rr").build());
        assertThat(picks(300)).doesNotContain("none");
        director.editService(VirtualService.builder(WEB).scheduler("mh").build());
        assertThat(picks(300)).isEqualTo(expected);
    }

    @Test
    void editService_flagsOnly_schedulerKeepsItsState() {
        addService("rr", 3);
        List<String> round = picks(3);
        picks(1);
        director.editService(VirtualService.builder(WEB)
                .scheduler("rr")
                .flag(SchedulerFlag.FLAG_3)
                .build());
        assertThat(picks(2)).containsExactly(round.get(1), round.get(2));
    }

    @Test
    void editService_fallbackFlag_effectiveAtOnce() {
        addService("sh", 3);
        director.editServer(WEB, server(2, 0));
        assertThat(picks(300)).contains("none");
        director.editService(VirtualService.builder(WEB)
                .scheduler("sh")
                .flag(SchedulerFlag.FALLBACK)
                .build());
        assertThat(picks(300)).doesNotContain("none");
    }

    @Test
    @Tag("slow")
    void editService_toMaglevWithTooManyServers_refusedAndNothingChanged() {
        addService("rr", 4094);
        VirtualService maglev = VirtualService.builder(WEB).scheduler("mh").build();
        assertThatThrownBy(() -> director.editService(maglev))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("4093")
                .hasMessageContaining("4094");
        assertThat(director.service(WEB).service().scheduler()).isEqualTo("rr");
        assertThat(picks(10)).doesNotHaveDuplicates();
        director.removeServer(WEB, server(1, 1).endpoint());
        director.editService(maglev);
        assertThatThrownBy(() -> director.addServer(WEB, server(1, 1)))
                .isInstanceOf(DirectorException.class)
                .hasMessageContaining("4093");
        assertThat(director.service(WEB).servers()).hasSize(4093);
    }

    @Test
    void addServer_revived_destinationStaysOnIt() {
        addService("lblc", 2);
        Connection first =
                director.open(Flow.of(Protocol.TCP, Endpoint.parse("10.5.5.5:1"), Endpoint.parse("10.0.0.1:80")));
        Endpoint cached = first.server().endpoint();
        director.removeServer(WEB, cached);
        director.addServer(WEB, RealServer.builder(cached).weight(9).build());
        try (Connection second =
                director.open(Flow.of(Protocol.TCP, Endpoint.parse("10.5.5.5:2"), Endpoint.parse("10.0.0.1:80")))) {
            assertThat(second.server().endpoint())
                    .as("busier than the other server, but cached")
                    .isEqualTo(cached);
        }
        first.close();
    }
}
