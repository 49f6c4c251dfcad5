package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Reading and changing one service in one step. */
final class ServiceEditTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final RealServer FIRST = RealServer.of("192.168.1.1:80");
    private static final RealServer SECOND = RealServer.of("192.168.1.2:80");

    private final Director director = Director.create();

    private static DirectorConfiguration.Service service(RealServer... servers) {
        return new DirectorConfiguration.Service(VirtualService.of(WEB), List.of(servers));
    }

    @Test
    void change_noService_added() {
        List<ConfigurationChange> made = director.change(WEB, before -> {
            assertThat(before).isNull();
            return service(FIRST);
        });

        assertThat(made).containsExactly(new ConfigurationChange.ServiceAdded(VirtualService.of(WEB), List.of(FIRST)));
        assertThat(director.configuration(WEB)).isEqualTo(service(FIRST));
    }

    @Test
    void change_serversAndService_smallestList() {
        director.addService(VirtualService.of(WEB), FIRST, SECOND);
        List<ConfigurationChange> made = director.change(
                WEB,
                before -> new DirectorConfiguration.Service(
                        before.service().toBuilder().scheduler("rr").build(), List.of(FIRST, SECOND.withWeight(5))));

        assertThat(made)
                .containsExactly(
                        new ConfigurationChange.ServiceEdited(VirtualService.of(WEB), VirtualService.of(WEB, "rr")),
                        new ConfigurationChange.ServerEdited(WEB, SECOND, SECOND.withWeight(5)));
    }

    @Test
    void change_null_removed() {
        director.addService(VirtualService.of(WEB), FIRST);

        assertThat(director.change(WEB, before -> null))
                .containsExactly(new ConfigurationChange.ServiceRemoved(VirtualService.of(WEB), List.of(FIRST)));
        assertThat(director.change(WEB, before -> null)).isEmpty();
    }

    @Test
    void change_same_nothingReported() {
        director.addService(VirtualService.of(WEB), FIRST);
        List<ConfigurationChange> seen = new ArrayList<>();
        director.addListener(seen::add);

        assertThat(director.change(WEB, before -> before)).isEmpty();
        assertThat(seen).isEmpty();
    }

    @Test
    void change_editThrowsOrReturnsAnotherKey_nothingChanged() {
        director.addService(VirtualService.of(WEB), FIRST);

        assertThatThrownBy(() -> director.change(WEB, before -> {
                    throw new IOException("somebody else was here");
                }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> director.change(
                        WEB,
                        before -> new DirectorConfiguration.Service(
                                VirtualService.of(ServiceKey.named("orders")), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> director.change(
                        WEB,
                        before -> new DirectorConfiguration.Service(
                                VirtualService.of(WEB, "none"), List.of(FIRST, SECOND))))
                .isInstanceOf(DirectorException.class);
        assertThat(director.configuration(WEB)).isEqualTo(service(FIRST));
    }

    @Test
    void change_fourThreads_noneLost() throws Exception {
        director.addService(VirtualService.of(WEB), FIRST.withWeight(0));
        int each = 200;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            running.add(threads.submit(() -> {
                for (int k = 0; k < each; k++) {
                    director.change(
                            WEB,
                            before -> service(
                                    FIRST.withWeight(before.servers().get(0).weight() + 1)));
                }
            }));
        }
        for (Future<?> future : running) {
            future.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(director.configuration(WEB).servers()).containsExactly(FIRST.withWeight(4 * each));
    }
}
