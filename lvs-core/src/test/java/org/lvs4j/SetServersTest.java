package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class SetServersTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final RealServer A = RealServer.of("192.168.1.1:80");
    private static final RealServer B = RealServer.of("192.168.1.2:80");
    private static final RealServer C = RealServer.of("192.168.1.3:80");
    private static final RealServer D = RealServer.of("192.168.1.4:80");

    private final Director director = Director.create();

    @BeforeEach
    void addService() {
        director.addService(VirtualService.builder(WEB).scheduler("rr").build(), A, B);
    }

    private List<RealServer> servers() {
        DirectorConfiguration.Service web = director.configuration(WEB);
        assertThat(web).isNotNull();
        return web.servers();
    }

    @Test
    void setServers_someOfEach_addedEditedRemovedInThisOrder() {
        assertThat(director.setServers(WEB, List.of(C, B.withWeight(4), D)))
                .containsExactly(
                        new ServerAdded(WEB, C),
                        new ServerEdited(WEB, B, B.withWeight(4)),
                        new ServerAdded(WEB, D),
                        new ServerRemoved(WEB, A));
        assertThat(servers()).containsExactly(B.withWeight(4), C, D);
    }

    @Test
    void setServers_sameServersInAnotherOrder_nothingChanged() {
        assertThat(director.setServers(WEB, List.of(B, A))).isEmpty();
        assertThat(servers()).containsExactly(A, B);
    }

    @Test
    void setServers_none_allRemoved() {
        assertThat(director.setServers(WEB, List.of())).hasSize(2);
        assertThat(servers()).isEmpty();
    }

    @Test
    void setServers_unchangedServer_keepsConnectionsAndCounters() {
        try (Connection connection = director.open(WEB)) {
            RealServer kept = A.equals(connection.server()) ? A : B;
            director.setServers(WEB, List.of(kept, C));
            ServiceSnapshot web = director.service(WEB);
            assertThat(web).isNotNull();
            assertThat(web.servers())
                    .filteredOn(server -> server.server().equals(kept))
                    .singleElement()
                    .satisfies(server -> assertThat(server.active()).isEqualTo(1))
                    .satisfies(
                            server -> assertThat(server.traffic().connections()).isEqualTo(1));
        }
    }

    @Test
    void setServers_noSuchService_refused() {
        assertRefused(Reason.NO_SUCH_SERVICE, ServiceKey.mark(1), List.of(A));
    }

    @Test
    void setServers_endpointTwice_refused() {
        assertRefused(Reason.SERVER_EXISTS, WEB, List.of(C, D, C.withWeight(2)));
    }

    @Test
    void setServers_lastServerRefused_nothingChanged() {
        assertRefused(Reason.INVALID, WEB, List.of(C, D, RealServer.of("[fd00::1]:80")));
    }

    private void assertRefused(Reason reason, ServiceKey key, List<RealServer> servers) {
        List<ConfigurationChange> reported = new ArrayList<>();
        DirectorConfiguration before = director.addListener(reported::add);
        assertThatThrownBy(() -> director.setServers(key, servers))
                .isInstanceOfSatisfying(
                        DirectorException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(director.configuration()).isEqualTo(before);
        assertThat(reported).isEmpty();
    }

    @Test
    @SuppressWarnings("NullAway")
    void setServers_null_refusedByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> director.setServers(null, List.of()))
                .withMessage("key");
        assertThatNullPointerException()
                .isThrownBy(() -> director.setServers(WEB, null))
                .withMessage("servers");
        assertThatNullPointerException()
                .isThrownBy(() -> director.setServers(WEB, Arrays.asList(A, null)))
                .withMessage("servers contains null");
    }
}
