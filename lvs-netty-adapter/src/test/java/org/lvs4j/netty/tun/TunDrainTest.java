package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

@Timeout(30)
final class TunDrainTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    private final Director director = Director.create();
    private final TunState state = new TunState(director, new Marks(List.of()), NetworkView.empty(1500));

    private void addServers(int count) {
        director.addService(VirtualService.of(WEB));
        for (int i = 1; i <= count; i++) {
            director.addServer(
                    WEB, RealServer.builder("10.0.1." + i + ":80").weight(i).build());
        }
    }

    private List<ServerSnapshot> servers() {
        return director.services().get(0).servers();
    }

    @Test
    void await_connectionEnds_everyServerIsDrainedAndKeepsItsConfiguredWeight() throws Exception {
        addServers(2);
        Connection connection = director.open(WEB);
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> {
            try {
                return new TunDrain(state).await(Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (!servers().stream().allMatch(ServerSnapshot::draining)) {
            Thread.onSpinWait();
        }
        assertThat(director.open(WEB).accepted()).isFalse();
        assertThat(drained).isNotDone();
        connection.close();

        assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(director.configuration(WEB).servers())
                .extracting(RealServer::weight)
                .containsExactly(1, 2);
    }

    @Test
    void await_deadlinePasses_falseAndDrainOfAnotherDeadlineIsKept() throws Exception {
        addServers(1);
        Endpoint server = Endpoint.parse("10.0.1.1:80");
        try (Connection connection = director.open(WEB)) {
            Drain drain = director.drain(WEB, server, DrainOptions.within(Duration.ofMinutes(5)));
            assertThat(new TunDrain(state).await(Duration.ofMillis(1))).isFalse();
            assertThat(connection.expired()).isFalse();
            assertThat(drain.progress().left()).isLessThanOrEqualTo(Duration.ofMinutes(5));
        }
    }
}
