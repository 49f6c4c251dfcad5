package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceEdited;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.ConfigurationChange.SysctlChanged;
import org.lvs4j.ConfigurationChange.TimeoutsChanged;
import org.lvs4j.net.Flow;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * A list of changes that fails midway, by a refusal or by an exception of an application's scheduler, changes nothing.
 */
class AllOrNothingTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final ServiceKey DNS = ServiceKey.udp("10.0.0.1:53");
    private static final ServiceKey OTHER = ServiceKey.mark(5);
    private static final RealServer A =
            RealServer.builder("192.168.1.1:80").weight(3).build();
    private static final RealServer B = RealServer.of("192.168.1.2:80");
    private static final RealServer C = RealServer.of("192.168.1.3:80");
    private static final RealServer D = RealServer.of("192.168.1.4:80");

    private final List<ConfigurationChange> reported = new ArrayList<>();
    private Director director;

    @BeforeEach
    void configure(@TempDir Path directory) throws IOException {
        director = FaultyScheduler.director(directory);
        director.addService(faulty(WEB), A, B, C);
        director.addService(VirtualService.builder(DNS).scheduler("wrr").build(), A, B);
        director.addListener(reported::add);
    }

    @AfterEach
    void recover() {
        FaultyScheduler.recover();
    }

    private static VirtualService faulty(ServiceKey key) {
        return VirtualService.builder(key).scheduler(FaultyScheduler.NAME).build();
    }

    private static List<ConfigurationChange> everyKind() {
        return List.of(
                new TimeoutsChanged(TimeoutSettings.DEFAULTS, new TimeoutSettings(1, 2, 3)),
                new SysctlChanged(Sysctl.DROP_PACKET, 0, 3),
                new SysctlChanged(Sysctl.DROP_PACKET, 3, 2),
                new ServerRemoved(WEB, B),
                new ServerAdded(WEB, D),
                new ServerEdited(WEB, A, A.withWeight(0)),
                new ServiceEdited(
                        VirtualService.builder(DNS).build(),
                        VirtualService.builder(DNS).scheduler("rr").build()),
                new ServerEdited(DNS, B, B.withWeight(9)),
                new ServiceRemoved(VirtualService.builder(DNS).build(), List.of()),
                new ServiceAdded(VirtualService.builder(OTHER).build(), List.of(A, B)),
                new ServerRemoved(WEB, C),
                new ServerRemoved(WEB, A));
    }

    @Test
    void apply_lastChangeRefused_nothingChangedAndNothingReported() {
        DirectorConfiguration before = director.configuration();
        List<ConfigurationChange> changes = new ArrayList<>(everyKind());
        changes.add(new ServerRemoved(WEB, A));

        assertThatThrownBy(() -> director.apply(changes))
                .isInstanceOfSatisfying(
                        DirectorException.class,
                        e -> assertThat(e.reason()).isEqualTo(DirectorException.Reason.NO_SUCH_SERVER));

        assertThat(director.configuration()).as("with every order").isEqualTo(before);
        assertThat(reported).isEmpty();
        assertThat(director.apply(everyKind())).hasSize(everyKind().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void apply_schedulerThrows_nothingChangedAndExceptionRethrown(int callsBefore) {
        DirectorConfiguration before = director.configuration();
        RuntimeException failure = new IllegalStateException("boom");
        FaultyScheduler.failAfter(callsBefore, () -> failure);

        assertThatThrownBy(() -> director.apply(everyKind())).isSameAs(failure);

        FaultyScheduler.recover();
        assertThat(director.configuration()).isEqualTo(before);
        assertThat(reported).isEmpty();
        try (Connection connection = director.open(flow())) {
            assertThat(connection.server()).as("the head of the list").isEqualTo(C);
        }
        assertThat(director.apply(everyKind())).hasSize(everyKind().size());
    }

    @Test
    void addService_schedulerThrowsAtASecondServer_noService() {
        FaultyScheduler.failAfter(2, () -> new IllegalStateException("boom"));

        assertThatThrownBy(() -> director.addService(faulty(OTHER), A, B)).hasMessage("boom");

        assertThat(director.service(OTHER)).isNull();
        FaultyScheduler.recover();
        director.addService(faulty(OTHER), A, B);
    }

    @Test
    void apply_refused_overloadMarkKept() {
        RealServer limited =
                RealServer.builder("192.168.1.9:80").upperThreshold(1).build();
        director.addService(VirtualService.builder(OTHER).scheduler("rr").build(), limited);
        Connection only = director.open(OTHER);
        assertThat(only.accepted()).isTrue();
        for (RealServer edited : List.of(
                RealServer.of("192.168.1.9:80"),
                RealServer.builder("192.168.1.9:80").upperThreshold(9).build())) {
            assertRefused(List.of(new ServerEdited(OTHER, limited, edited), new ServerRemoved(WEB, D)));
        }
        assertRefused(
                List.of(new ServerRemoved(OTHER, limited), new ServerAdded(OTHER, limited), new ServerRemoved(WEB, D)));
        assertThat(director.open(OTHER).accepted()).isFalse();
        only.expire();
        try (Connection next = director.open(OTHER)) {
            assertThat(next.accepted()).as("the mark goes with the connection").isTrue();
        }
    }

    @Test
    void apply_refusedAfterServiceWasRemovedAndAdded_countersKept() {
        director.open(DNS).close();
        director.open(DNS).close();
        List<ServerSnapshot> before = director.service(DNS).servers();
        DirectorConfiguration.Service dns = director.configuration(DNS);
        assertRefused(List.of(
                new ServiceRemoved(dns.service(), dns.servers()),
                new ServiceAdded(dns.service(), dns.servers()),
                new ServerRemoved(WEB, D)));

        assertThat(director.service(DNS).servers()).isEqualTo(before);
        assertThat(director.service(DNS).traffic().connections()).isEqualTo(2);
    }

    private void assertRefused(List<ConfigurationChange> changes) {
        assertThatThrownBy(() -> director.apply(changes)).isInstanceOf(DirectorException.class);
    }

    @Test
    void singleChanges_schedulerThrows_nothingChanged() {
        DirectorConfiguration before = director.configuration();
        FaultyScheduler.failAfter(0, () -> new IllegalStateException("boom"));

        assertThatThrownBy(() -> director.addServer(WEB, D)).hasMessage("boom");
        assertThatThrownBy(() -> director.editServer(WEB, A.withWeight(7))).hasMessage("boom");
        assertThatThrownBy(() -> director.removeServer(WEB, A.endpoint())).hasMessage("boom");
        assertThatThrownBy(() -> director.setServers(WEB, List.of(A, D))).hasMessage("boom");
        assertThatThrownBy(() -> director.editService(faulty(DNS))).hasMessage("boom");

        assertThat(director.configuration()).isEqualTo(before);
        assertThat(reported).isEmpty();
    }

    @Test
    void apply_refusedAfterARemoval_serversKeepConnectionsAndCounters() {
        try (Connection connection = director.open(flow())) {
            assertThat(connection.server()).isEqualTo(C);
            List<ServiceSnapshot> before = director.services();

            assertThatThrownBy(() -> director.apply(List.of(
                            new ServerRemoved(WEB, C),
                            new ServiceRemoved(faulty(WEB), List.of()),
                            new ServerRemoved(WEB, C))))
                    .isInstanceOf(DirectorException.class);

            assertThat(director.services()).isEqualTo(before);
        }
        ServiceSnapshot web = director.service(WEB);
        assertThat(web).isNotNull();
        assertThat(web.servers().get(0).active()).isZero();
    }

    @Test
    void apply_refusedAfterARemoval_connectionsOfTheServerAreNotExpired() {
        director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
        try (Connection connection = director.open(flow())) {
            assertThat(connection.server()).isEqualTo(C);
            assertThatThrownBy(() -> director.apply(List.of(new ServerRemoved(WEB, C), new ServerRemoved(WEB, C))))
                    .isInstanceOf(DirectorException.class);
            director.advance();
            assertThat(director.connections()).hasSize(1);
        }
    }

    @Test
    void apply_serviceRemovedTwice_refusedAndNothingChanged() {
        DirectorConfiguration before = director.configuration();
        ServiceRemoved web = new ServiceRemoved(faulty(WEB), List.of());
        ServiceRemoved dns = new ServiceRemoved(VirtualService.builder(DNS).build(), List.of());

        assertThatThrownBy(() -> director.apply(List.of(web, dns, web)))
                .isInstanceOfSatisfying(
                        DirectorException.class,
                        e -> assertThat(e.reason()).isEqualTo(DirectorException.Reason.NO_SUCH_SERVICE));

        assertThat(director.configuration()).isEqualTo(before);
        assertThat(director.apply(List.of(web, dns))).hasSize(2);
    }

    @Test
    void apply_inverseOfWhatWasMade_everythingAsBefore() {
        DirectorConfiguration before = director.configuration();
        List<ConfigurationChange> changes = List.of(
                new ServerRemoved(WEB, C),
                new ServerRemoved(WEB, B),
                new ServerRemoved(WEB, A),
                new ServerAdded(WEB, D));

        director.apply(ConfigurationChange.inverseOf(director.apply(changes)));

        assertThat(director.configuration()).as("with the order of the list").isEqualTo(before);
    }

    private static Flow flow() {
        return DirectorFixture.tcp("172.16.0.1:4000", "10.0.0.1:80");
    }
}
