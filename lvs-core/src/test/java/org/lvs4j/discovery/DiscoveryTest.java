package org.lvs4j.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class DiscoveryTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final Endpoint A = Endpoint.parse("10.0.0.1:80");
    private static final Endpoint B = Endpoint.parse("10.0.0.2:80");
    private static final Endpoint C = Endpoint.parse("10.0.0.3:80");

    private final Director director = Director.create();
    private final List<ConfigurationChange> changes = new ArrayList<>();
    private ServerSource.Observer source;
    private int stopped;

    DiscoveryTest() {
        director.addService(VirtualService.of(ORDERS, "rr"));
        director.addListener(changes::add);
    }

    private Discovery.Builder builder() {
        return Discovery.builder(director, ORDERS, observer -> {
            source = observer;
            return () -> stopped++;
        });
    }

    private void found(Endpoint... endpoints) {
        source.found(Arrays.stream(endpoints).map(FoundServer::of).toList());
    }

    private List<String> servers() {
        return director.configuration(ORDERS).servers().stream()
                .map(server -> server.endpoint() + " " + server.weight())
                .sorted()
                .toList();
    }

    @Test
    void found_differentLists_onlyTheDifferenceChanges() {
        try (Discovery discovery = builder().start()) {
            found(A, B);
            changes.clear();
            found(B, A, B);
            assertThat(changes).isEmpty();
            found(B, C);
            assertThat(changes)
                    .containsExactly(
                            new ConfigurationChange.ServerAdded(ORDERS, RealServer.of(C)),
                            new ConfigurationChange.ServerRemoved(ORDERS, RealServer.of(A)));
            DiscoverySnapshot snapshot = discovery.snapshot();
            assertThat(snapshot.answers()).isEqualTo(3);
            assertThat(snapshot.changes()).isEqualTo(2);
            assertThat(snapshot.servers()).containsExactly(RealServer.of(B), RealServer.of(C));
        }
        assertThat(stopped).isEqualTo(1);
        assertThat(servers()).hasSize(2);
    }

    @Test
    void found_serverStays_keepsConnectionsDrainAndTheWeightOfTheOperator() {
        try (Discovery discovery = builder().start()) {
            found(A, B);
            Connection connection = director.open(ORDERS);
            Drain drain = director.drain(ORDERS, A, DrainOptions.within(Duration.ofMinutes(1)));
            director.editServer(ORDERS, RealServer.of(B).toBuilder().weight(7).build());
            found(A, B, C);
            assertThat(servers()).containsExactly("10.0.0.1:80 1", "10.0.0.2:80 7", "10.0.0.3:80 1");
            assertThat(connection.serverPresent()).isTrue();
            assertThat(director.drains()).containsExactly(drain);
            assertThat(discovery.snapshot().lastFailure()).isNull();
        }
    }

    @Test
    void found_weights_takenWhenTheSourceChangesThem() {
        try (Discovery discovery = builder().start()) {
            source.found(List.of(FoundServer.of(A, 3)));
            assertThat(servers()).containsExactly("10.0.0.1:80 3");
            director.editServer(ORDERS, RealServer.of(A).toBuilder().weight(9).build());
            source.found(List.of(FoundServer.of(A, 3)));
            assertThat(servers()).as("of the operator").containsExactly("10.0.0.1:80 9");
            source.found(List.of(FoundServer.of(A, 4)));
            assertThat(servers()).containsExactly("10.0.0.1:80 4");
            source.found(List.of(FoundServer.of(A)));
            assertThat(servers()).containsExactly("10.0.0.1:80 4");
            assertThat(discovery.snapshot().answers()).isEqualTo(4);
        }
    }

    @Test
    void found_nothing_ignoredUnlessTaken() {
        try (Discovery discovery = builder().start()) {
            found(A);
            found();
            assertThat(servers()).hasSize(1);
            assertThat(discovery.snapshot().emptyAnswers()).isEqualTo(1);
        }
        try (Discovery discovery = builder().takeEmpty(true).start()) {
            found();
            assertThat(servers()).isEmpty();
            assertThat(discovery.snapshot().emptyAnswers()).isZero();
        }
    }

    @Test
    void failed_serversStayUntilTheNextAnswer() {
        try (Discovery discovery = builder().start()) {
            found(A);
            source.failed(new IOException("no name server answers"));
            assertThat(servers()).hasSize(1);
            assertThat(discovery.snapshot().failures()).isEqualTo(1);
            assertThat(discovery.snapshot().lastFailure()).hasMessage("no name server answers");
            found(A, B);
            assertThat(discovery.snapshot().lastFailure()).isNull();
            assertThat(discovery.snapshot().failures()).isEqualTo(1);
        }
    }

    @Test
    void found_serviceMissing_refusedAndTakenLater() {
        director.removeService(ORDERS);
        try (Discovery discovery = builder().start()) {
            assertThatThrownBy(() -> found(A)).isInstanceOf(DirectorException.class);
            assertThat(discovery.snapshot().lastFailure()).hasMessage("no such service: orders");
            director.addService(VirtualService.of(ORDERS, "rr"));
            found(A);
            assertThat(servers()).hasSize(1);
        }
    }

    @Test
    void found_moreThanTheCeiling_newOnesAreLeftOutFirst() {
        Endpoint[] many = IntStream.range(0, 20)
                .mapToObj(i -> Endpoint.parse("10.1.0." + i + ":80"))
                .toArray(Endpoint[]::new);
        try (Discovery discovery = builder().maxServers(3).start()) {
            found(A, B);
            found(many);
            assertThat(servers()).hasSize(3);
            assertThat(discovery.snapshot().left()).isEqualTo(17);
            found(many[0], many[1], A, B, many[2]);
            assertThat(servers()).containsExactly("10.1.0.0:80 1", "10.1.0.1:80 1", "10.1.0.2:80 1");
        }
        assertThatThrownBy(() -> builder().maxServers(0).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("discovery: maxServers must be 1..65536, not 0");
    }

    @Test
    void builder_ownAttributesAndTarget_areUsed() {
        List<Collection<RealServer>> applied = new ArrayList<>();
        try (Discovery discovery = builder()
                .server(found ->
                        RealServer.builder(found.endpoint()).upperThreshold(50).build())
                .applyTo(key -> List.of(), (key, all) -> applied.add(all))
                .start()) {
            found(A);
            RealServer first = RealServer.builder(A).upperThreshold(50).build();
            assertThat(applied).containsExactly(List.of(first));
            // A monitor has taken it out: it is not on the director.
            found(A, B);
            assertThat(applied.get(1)).contains(first).hasSize(2);
            assertThat(discovery.snapshot().changes()).isEqualTo(2);
        }
        found(C);
        assertThat(applied).as("after the end").hasSize(2);
    }

    @Test
    void snapshot_whileServersAreApplied_doesNotWait() throws Exception {
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Discovery discovery = builder()
                .applyTo(key -> List.of(), (key, all) -> {
                    applying.countDown();
                    awaitUninterruptibly(go);
                })
                .start()) {
            CompletableFuture<Void> found = CompletableFuture.runAsync(() -> found(A));
            applying.await();
            // As a listener of the director does, with the lock held for which the change waits.
            CompletableFuture<DiscoverySnapshot> snapshot = CompletableFuture.supplyAsync(discovery::snapshot);
            try {
                assertThat(snapshot.get(20, TimeUnit.SECONDS).servers()).containsExactly(RealServer.of(A));
            } finally {
                go.countDown();
            }
            found.get(20, TimeUnit.SECONDS);
            assertThat(discovery.snapshot().servers()).hasSize(1);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
