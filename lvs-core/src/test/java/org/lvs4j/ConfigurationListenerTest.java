package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceEdited;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.ConfigurationChange.SysctlChanged;
import org.lvs4j.ConfigurationChange.TimeoutsChanged;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

@Timeout(30)
class ConfigurationListenerTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final VirtualService WEB_RR =
            VirtualService.builder(WEB).scheduler("rr").build();
    private static final VirtualService WEB_WRR =
            VirtualService.builder(WEB).scheduler("wrr").build();
    private static final VirtualService MARK_1 =
            VirtualService.builder(ServiceKey.mark(1)).build();
    private static final VirtualService MARK_2 =
            VirtualService.builder(ServiceKey.mark(2)).build();
    private static final RealServer A = RealServer.of("192.168.1.1:80");
    private static final RealServer B = RealServer.of("192.168.1.2:80");

    private final Director director = Director.create();
    private final List<ConfigurationChange> seen = new ArrayList<>();

    @Test
    void listener_everyMethod_oneChangeEachInOrder() {
        director.addListener(seen::add);

        director.addService(WEB_RR, A);
        director.editService(WEB_WRR);
        director.addServer(WEB, B);
        director.editServer(WEB, A.withWeight(5));
        director.setServers(WEB, List.of(A));
        director.removeServer(WEB, A.endpoint());
        director.addService(MARK_1);
        director.removeService(WEB);
        director.clear();
        director.setTimeouts(new TimeoutSettings(0, 0, 9));
        director.setSysctl(Sysctl.SLOPPY_TCP, 1);
        director.apply(DirectorConfiguration.builder().build());

        assertThat(seen)
                .containsExactly(
                        new ServiceAdded(WEB_RR, List.of(A)),
                        new ServiceEdited(WEB_RR, WEB_WRR),
                        new ServerAdded(WEB, B),
                        new ServerEdited(WEB, A, A.withWeight(5)),
                        new ServerEdited(WEB, A.withWeight(5), A),
                        new ServerRemoved(WEB, B),
                        new ServerRemoved(WEB, A),
                        new ServiceAdded(MARK_1, List.of()),
                        new ServiceRemoved(WEB_WRR, List.of()),
                        new ServiceRemoved(MARK_1, List.of()),
                        new TimeoutsChanged(TimeoutSettings.DEFAULTS, new TimeoutSettings(900, 120, 9)),
                        new SysctlChanged(Sysctl.SLOPPY_TCP, 0, 1),
                        new TimeoutsChanged(new TimeoutSettings(900, 120, 9), TimeoutSettings.DEFAULTS),
                        new SysctlChanged(Sysctl.SLOPPY_TCP, 1, 0));
    }

    @Test
    void listener_editThatChangesNothing_reported() {
        director.addService(WEB_RR, A);
        director.addListener(seen::add);
        director.editServer(WEB, A);
        assertThat(seen).containsExactly(new ServerEdited(WEB, A, A));
    }

    @Test
    void listener_list_calledWhenAllOfItIsMade() {
        List<Integer> services = new ArrayList<>();
        director.addListener(
                change -> services.add(director.configuration().services().size()));
        director.apply(List.of(new ServiceAdded(MARK_1, List.of()), new ServiceAdded(MARK_2, List.of())));
        assertThat(services).containsExactly(2, 2);
    }

    @Test
    void addListener_running_configurationThatTheFirstChangeAppliesTo() {
        director.addService(WEB_RR, A);
        DirectorConfiguration before = director.addListener(seen::add);
        assertThat(before).isEqualTo(director.configuration());
        director.addServer(WEB, B);
        assertThat(seen).containsExactly(new ServerAdded(WEB, B));
    }

    @Test
    void listener_addedTwice_calledTwiceAndRemovedOneByOne() {
        ConfigurationListener listener = seen::add;
        director.addListener(listener);
        director.addListener(listener);
        director.addService(MARK_1);
        director.removeListener(listener);
        director.addService(MARK_2);
        director.removeListener(listener);
        director.removeListener(listener);
        director.clear();
        assertThat(seen)
                .containsExactly(
                        new ServiceAdded(MARK_1, List.of()),
                        new ServiceAdded(MARK_1, List.of()),
                        new ServiceAdded(MARK_2, List.of()));
    }

    @Test
    void listener_throws_changeKeptHandlerCalledAndOthersNotified() {
        List<Throwable> handled = new ArrayList<>();
        Thread.UncaughtExceptionHandler handler = Thread.currentThread().getUncaughtExceptionHandler();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {
            handled.add(e);
            throw new IllegalStateException("the handler fails as well");
        });
        try {
            director.addListener(change -> {
                throw new AssertionError("error");
            });
            director.addListener(change -> {
                throw new IllegalStateException("exception");
            });
            director.addListener(seen::add);

            director.addService(MARK_1);
            director.addService(MARK_2);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(handler);
        }
        assertThat(handled)
                .extracting(Throwable::getMessage)
                .containsExactly("error", "exception", "error", "exception");
        assertThat(seen).hasSize(2);
        assertThat(director.services()).hasSize(2);
    }

    @Test
    void listener_changesTheDirector_madeAtOnceAndReportedAfterwards() {
        List<String> order = new ArrayList<>();
        director.addListener(change -> {
            if (change instanceof ServiceAdded added && added.service().equals(MARK_1)) {
                director.addService(MARK_2);
                order.add(director.configuration().services().size() + " services");
            }
        });
        director.addListener(change -> order.add(change.toString()));

        director.apply(List.of(new ServiceAdded(MARK_1, List.of()), new ServiceAdded(WEB_RR, List.of())));

        assertThat(order)
                .containsExactly(
                        "3 services",
                        new ServiceAdded(MARK_1, List.of()).toString(),
                        new ServiceAdded(WEB_RR, List.of()).toString(),
                        new ServiceAdded(MARK_2, List.of()).toString());
    }

    @Test
    void listener_makesARefusedChange_itsExceptionAndNoMore() {
        List<Throwable> refused = new ArrayList<>();
        director.addListener(change -> {
            try {
                director.addService(MARK_1);
            } catch (DirectorException e) {
                refused.add(e);
            }
        });
        director.addListener(seen::add);
        director.addService(MARK_1);
        assertThat(refused).hasSize(1);
        assertThat(seen).containsExactly(new ServiceAdded(MARK_1, List.of()));
        director.addService(MARK_2);
        assertThat(seen).hasSize(2);
    }

    @Test
    void listener_removedByAnother_notCalledAnyMore() {
        AtomicReference<ConfigurationListener> other = new AtomicReference<>(seen::add);
        director.addListener(change -> director.removeListener(other.get()));
        director.addListener(other.get());
        director.apply(List.of(new ServiceAdded(MARK_1, List.of()), new ServiceAdded(MARK_2, List.of())));
        assertThat(seen).isEmpty();
    }

    @Test
    void listener_addedByAnother_seesLaterChangesOnly() {
        director.addListener(change -> {
            if (director.configuration().services().size() == 2 && change.equals(new ServiceAdded(MARK_1, List.of()))) {
                director.addListener(seen::add);
            }
        });
        director.apply(List.of(new ServiceAdded(MARK_1, List.of()), new ServiceAdded(MARK_2, List.of())));
        assertThat(seen).isEmpty();
        director.clear();
        assertThat(seen).hasSize(2);
    }

    @Test
    void listener_removedAndAddedByItself_seesOnlyWhatIsNotInItsConfiguration() {
        List<DirectorConfiguration> configurations = new ArrayList<>();
        ConfigurationListener[] self = new ConfigurationListener[1];
        self[0] = change -> {
            seen.add(change);
            if (configurations.isEmpty()) {
                director.removeListener(self[0]);
                configurations.add(director.addListener(self[0]));
            }
        };
        director.addListener(self[0]);
        director.addService(WEB_RR);
        assertThat(configurations.get(0).service(WEB)).isNotNull();
        seen.clear();
        configurations.clear();

        director.setServers(WEB, List.of(A, B));

        assertThat(seen).as("the second server is in the configuration already").hasSize(1);
        director.removeServer(WEB, A.endpoint());
        assertThat(seen).hasSize(2);
    }

    @Test
    void listener_equalsThrows_noOtherListenerAffected() {
        director.addListener(new ConfigurationListener() {
            @Override
            public void configurationChanged(ConfigurationChange change) {}

            @Override
            public boolean equals(Object other) {
                throw new IllegalStateException("equals");
            }

            @Override
            public int hashCode() {
                throw new IllegalStateException("hashCode");
            }
        });
        director.addListener(seen::add);

        director.addService(WEB_RR);
        director.removeService(WEB);

        assertThat(seen).hasSize(2);
    }

    @Test
    void listeners_concurrentChanges_configurationFollowedExactly() throws InterruptedException {
        int threads = 4;
        Following following = new Following();
        following.start(director.addListener(following));
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            VirtualService own = VirtualService.builder(ServiceKey.mark(i + 1))
                    .scheduler("rr")
                    .build();
            new Thread(() -> {
                        try {
                            churn(own);
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(following.configuration().changesTo(director.configuration()))
                .isEmpty();
    }

    private void churn(VirtualService own) {
        for (int round = 0; round < 300; round++) {
            director.addService(own, A);
            director.setServers(own.key(), List.of(B, A.withWeight(round)));
            assertThatThrownBy(() -> director.setServers(own.key(), List.of(A, A)))
                    .isInstanceOf(DirectorException.class);
            if (round < 299) {
                director.removeService(own.key());
            }
        }
    }

    /** Maintains a copy of the configuration from the reported changes. */
    private static final class Following implements ConfigurationListener {
        private DirectorConfiguration.Builder copy = DirectorConfiguration.builder();

        void start(DirectorConfiguration configuration) {
            copy = configuration.toBuilder();
        }

        DirectorConfiguration configuration() {
            return copy.build();
        }

        @Override
        public void configurationChanged(ConfigurationChange change) {
            if (change instanceof ServiceAdded added) {
                copy.addService(added.service(), added.servers().toArray(RealServer[]::new));
            } else if (change instanceof ServiceRemoved removed) {
                copy.removeService(removed.key());
            } else if (change instanceof ServerAdded added) {
                copy.addServer(added.service(), added.server());
            } else if (change instanceof ServerEdited edited) {
                copy.editServer(edited.service(), edited.after());
            } else if (change instanceof ServerRemoved removed) {
                copy.removeServer(removed.service(), removed.endpoint());
            }
        }
    }
}
