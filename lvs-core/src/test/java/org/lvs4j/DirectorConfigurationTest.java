package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceEdited;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.ConfigurationChange.SysctlChanged;
import org.lvs4j.ConfigurationChange.TimeoutsChanged;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

class DirectorConfigurationTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final ServiceKey DNS = ServiceKey.udp("10.0.0.1:53");
    private static final VirtualService WEB_WRR =
            VirtualService.builder(WEB).scheduler("wrr").build();
    private static final VirtualService WEB_RR =
            VirtualService.builder(WEB).scheduler("rr").build();
    private static final VirtualService DNS_RR =
            VirtualService.builder(DNS).scheduler("rr").build();
    private static final RealServer A = RealServer.of("192.168.1.1:80");
    private static final RealServer B = RealServer.of("192.168.1.2:80");
    private static final RealServer C = RealServer.of("192.168.1.3:80");

    private final Director director = Director.create();

    private static DirectorConfiguration.Builder builder() {
        return DirectorConfiguration.builder();
    }

    // ---- of a director

    @Test
    void configuration_newDirector_equalToEmptyBuilder() {
        assertThat(director.configuration()).isEqualTo(builder().build());
        assertThat(director.configuration().timeouts()).isEqualTo(TimeoutSettings.DEFAULTS);
        assertThat(director.configuration().sysctls()).hasSize(Sysctl.values().length);
    }

    @Test
    void configuration_appliedToAnotherDirector_equalWithEveryOrder() {
        director.addService(WEB_WRR, A, B, C);
        director.addService(
                VirtualService.builder(DNS).slowStart(Duration.ofMinutes(1)).build(), B);
        director.setSysctl(Sysctl.SLOPPY_TCP, 1);
        director.setTimeouts(new TimeoutSettings(10, 0, 20));
        Director other = Director.create();

        other.apply(director.configuration());

        assertThat(other.configuration())
                .isEqualTo(director.configuration())
                .hasSameHashCodeAs(director.configuration())
                .hasToString("2 services with 4 servers");
        assertThat(DirectorConfiguration.builder()
                        .addService(VirtualService.builder(WEB).build(), A)
                        .build())
                .hasToString("1 service with 1 server");
        assertThat(other.apply(director.configuration())).isEmpty();
    }

    @Test
    void configuration_ofOneService_itsServersOldestFirst() {
        director.addService(WEB_WRR, A, B);

        DirectorConfiguration.Service web = director.configuration(WEB);

        assertThat(web).isEqualTo(new DirectorConfiguration.Service(WEB_WRR, List.of(A, B)));
        assertThat(web.server(B.endpoint())).isEqualTo(B);
        assertThat(web.server(C.endpoint())).isNull();
        assertThat(director.configuration(DNS)).isNull();
        assertThat(director.configuration().service(WEB)).isEqualTo(web);
        assertThat(director.configuration().service(DNS)).isNull();
    }

    @Test
    void equals_otherOrderOfServers_differentButNothingToChange() {
        DirectorConfiguration one = builder().addService(WEB_RR, A, B).build();
        DirectorConfiguration other = builder().addService(WEB_RR, B, A).build();

        assertThat(one).isNotEqualTo(other).isNotEqualTo(builder().build()).isNotEqualTo("");
        assertThat(one.changesTo(other)).isEmpty();
    }

    // ---- differences

    @Test
    void changesTo_everyKind_additionsThenEditsThenRemovals() {
        DirectorConfiguration before =
                builder().addService(WEB_WRR, A, B).addService(DNS_RR, A, B, C).build();
        ServiceKey mark = ServiceKey.mark(1);
        DirectorConfiguration after = before.toBuilder()
                .timeouts(new TimeoutSettings(1, 0, 0))
                .sysctl(Sysctl.SLOPPY_TCP, 1)
                .editService(WEB_RR)
                .setServers(WEB, List.of(B.withWeight(2), C))
                .setServers(DNS, List.of(B))
                .addService(VirtualService.builder(mark).build(), A)
                .build();

        List<ConfigurationChange> changes = before.changesTo(after);

        assertThat(changes)
                .containsExactly(
                        new TimeoutsChanged(TimeoutSettings.DEFAULTS, new TimeoutSettings(1, 120, 300)),
                        new SysctlChanged(Sysctl.SLOPPY_TCP, 0, 1),
                        new ServiceEdited(WEB_WRR, WEB_RR),
                        new ServerEdited(WEB, B, B.withWeight(2)),
                        new ServerAdded(WEB, C),
                        new ServiceAdded(VirtualService.builder(mark).build(), List.of(A)),
                        new ServerRemoved(WEB, A),
                        new ServerRemoved(DNS, C),
                        new ServerRemoved(DNS, A));
        assertThat(after.changesTo(before)).hasSameSizeAs(changes);
        assertThat(before.changesTo(before)).isEmpty();
    }

    @Test
    void changesTo_serviceMissing_removedWithItsServers() {
        DirectorConfiguration before = builder().addService(WEB_WRR, A, B).build();
        assertThat(before.changesTo(builder().build())).containsExactly(new ServiceRemoved(WEB_WRR, List.of(A, B)));
    }

    @Test
    void inverseOf_everyKind_leadsBack() {
        DirectorConfiguration before =
                builder().addService(WEB_WRR, A, B).addService(DNS_RR, C).build();
        DirectorConfiguration after = builder()
                .addService(WEB_RR, B.withWeight(5), C)
                .addService(VirtualService.builder(ServiceKey.mark(1)).build(), A)
                .timeouts(new TimeoutSettings(5, 6, 7))
                .sysctl(Sysctl.DROP_ENTRY, 3)
                .build();
        director.apply(before);

        List<ConfigurationChange> made = director.apply(before.changesTo(after));
        assertThat(after.changesTo(director.configuration())).isEmpty();
        director.apply(ConfigurationChange.inverseOf(made));

        assertThat(before.changesTo(director.configuration())).isEmpty();
    }

    @Test
    void apply_changesWithAnotherStateBefore_returnedWithTheActualOne() {
        director.addService(WEB_WRR, A);
        director.setSysctl(Sysctl.SLOPPY_TCP, 1);
        director.setTimeouts(new TimeoutSettings(1, 2, 3));

        assertThat(director.apply(List.of(
                        new ServiceEdited(WEB_RR, WEB_RR),
                        new ServerEdited(WEB, A.withWeight(8), A.withWeight(9)),
                        new SysctlChanged(Sysctl.SLOPPY_TCP, 0, 0),
                        new TimeoutsChanged(TimeoutSettings.DEFAULTS, new TimeoutSettings(0, 0, 9)),
                        new ServerRemoved(WEB, A),
                        new ServiceRemoved(WEB_WRR, List.of(B)))))
                .containsExactly(
                        new ServiceEdited(WEB_WRR, WEB_RR),
                        new ServerEdited(WEB, A, A.withWeight(9)),
                        new SysctlChanged(Sysctl.SLOPPY_TCP, 1, 0),
                        new TimeoutsChanged(new TimeoutSettings(1, 2, 3), new TimeoutSettings(1, 2, 9)),
                        new ServerRemoved(WEB, A.withWeight(9)),
                        new ServiceRemoved(WEB_RR, List.of()));
    }

    @Test
    void apply_differenceWhileAnotherServiceWasAdded_otherChangeKept() {
        DirectorConfiguration before = director.configuration();
        DirectorConfiguration wanted = before.toBuilder().addService(WEB_RR, A).build();
        director.addService(DNS_RR);

        director.apply(before.changesTo(wanted));
        assertThat(director.configuration(DNS)).isNotNull();

        director.apply(wanted);
        assertThat(director.configuration(DNS)).isNull();
    }

    @Test
    @Tag("slow")
    void apply_tenThousandServices_equalOneAndEmptyOneInLessThanASecond() {
        DirectorConfiguration.Builder many = builder();
        for (int i = 0; i < 10_000; i++) {
            RealServer[] servers = new RealServer[5];
            for (int k = 0; k < servers.length; k++) {
                servers[k] = RealServer.of("10." + (i >> 8) + "." + (i & 255) + "." + (k + 1) + ":8080");
            }
            many.addService(
                    VirtualService.builder(ServiceKey.tcp("10.100." + (i >> 8) + "." + (i & 255) + ":80"))
                            .scheduler("rr")
                            .build(),
                    servers);
        }
        director.apply(many.build());
        DirectorConfiguration same = many.build();

        // The fastest of several runs: other processes may slow down one of them.
        long equal = Long.MAX_VALUE;
        long empty = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            assertThat(director.apply(same)).isEmpty();
            equal = Math.min(equal, System.nanoTime() - start);
            start = System.nanoTime();
            assertThat(director.apply(builder().build())).hasSize(10_000);
            empty = Math.min(empty, System.nanoTime() - start);
            director.apply(same);
        }
        assertThat(Duration.ofNanos(equal)).isLessThan(Duration.ofSeconds(1));
        assertThat(Duration.ofNanos(empty)).isLessThan(Duration.ofSeconds(1));
    }

    // ---- the builder

    @Test
    void builder_contradictions_refusedWithTheReasonAndNothingChanged() {
        DirectorConfiguration.Builder builder = builder().addService(WEB_WRR, A);

        assertRefused(Reason.SERVICE_EXISTS, () -> builder.addService(WEB_RR));
        assertRefused(Reason.SERVER_EXISTS, () -> builder.addService(DNS_RR, A, B, A));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.editService(DNS_RR));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.removeService(DNS));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.addServer(DNS, A));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.editServer(DNS, A));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.removeServer(DNS, A.endpoint()));
        assertRefused(Reason.NO_SUCH_SERVICE, () -> builder.setServers(DNS, List.of(A)));
        assertRefused(Reason.SERVER_EXISTS, () -> builder.addServer(WEB, A.withWeight(2)));
        assertRefused(Reason.NO_SUCH_SERVER, () -> builder.editServer(WEB, B));
        assertRefused(Reason.NO_SUCH_SERVER, () -> builder.removeServer(WEB, B.endpoint()));
        assertRefused(Reason.SERVER_EXISTS, () -> builder.setServers(WEB, List.of(B, C, B)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.sysctl(Sysctl.SLOPPY_TCP, 2))
                .withMessage("sloppy_tcp = 2 is outside 0..1");

        assertThat(builder.build()).isEqualTo(builder().addService(WEB_WRR, A).build());
    }

    private static void assertRefused(Reason reason, ThrowingCallable step) {
        assertThatThrownBy(step)
                .isInstanceOfSatisfying(
                        DirectorException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void builder_everyStep_lastStateBuilt() {
        DirectorConfiguration.Builder builder = builder()
                .addService(WEB_WRR, A, B)
                .addServer(WEB, C)
                .editServer(WEB, A.withWeight(7))
                .removeServer(WEB, B.endpoint())
                .editService(WEB_RR)
                .addService(DNS_RR)
                .removeService(DNS);

        assertThat(builder.service(WEB)).isEqualTo(WEB_RR);
        assertThat(builder.service(DNS)).isNull();
        assertThat(builder.server(WEB, A.endpoint())).isEqualTo(A.withWeight(7));
        assertThat(builder.server(WEB, B.endpoint())).isNull();
        assertThat(builder.server(DNS, A.endpoint())).isNull();
        assertThat(builder.build())
                .isEqualTo(builder().addService(WEB_RR, A.withWeight(7), C).build());
    }

    @Test
    void build_laterSteps_doNotChangeTheResult() {
        DirectorConfiguration.Builder builder = builder().addService(WEB_WRR, A);
        DirectorConfiguration built = builder.build();
        DirectorConfiguration.Service before = built.service(WEB);

        builder.addServer(WEB, B).sysctl(Sysctl.SLOPPY_TCP, 1).clear();

        assertThat(built.services()).containsExactly(before);
        assertThat(built.sysctls()).containsEntry(Sysctl.SLOPPY_TCP, 0);
        assertThat(builder.build().services()).isEmpty();
        assertThatThrownBy(() -> built.sysctls().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> built.services().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void removeService_thenAddedAgain_withoutItsServers() {
        DirectorConfiguration built = builder()
                .addService(WEB_WRR, A)
                .addServer(WEB, B)
                .removeService(WEB)
                .addService(WEB_RR)
                .build();
        assertThat(built.services()).containsExactly(new DirectorConfiguration.Service(WEB_RR, List.of()));
    }

    // ---- changes as values

    @Test
    void change_beforeAndAfterOfDifferentThings_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceEdited(WEB_RR, DNS_RR));
        assertThatIllegalArgumentException().isThrownBy(() -> new ServerEdited(WEB, A, B));
        assertThatIllegalArgumentException().isThrownBy(() -> new SysctlChanged(Sysctl.SLOPPY_TCP, 0, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new SysctlChanged(Sysctl.SLOPPY_TCP, 2, 0));
    }

    @Test
    void change_listChangedAfterwards_notSeen() {
        List<RealServer> servers = new ArrayList<>(List.of(A));
        ServiceAdded added = new ServiceAdded(WEB_RR, servers);
        DirectorConfiguration.Service service = new DirectorConfiguration.Service(WEB_RR, servers);
        servers.clear();
        assertThat(added.servers()).containsExactly(A);
        assertThat(service.servers()).containsExactly(A);
    }

    // ---- nulls

    @Test
    @SuppressWarnings("NullAway")
    void anyParameter_null_refusedByName() {
        DirectorConfiguration.Builder builder = builder().addService(WEB_RR);
        List<RealServer> withNull = Arrays.asList(A, null);
        assertNull("key", () -> director.configuration(null));
        assertNull("wanted", () -> director.apply((DirectorConfiguration) null));
        assertNull("changes", () -> director.apply((List<ConfigurationChange>) null));
        assertNull("changes contains null", () -> director.apply(Arrays.asList((ConfigurationChange) null)));
        assertNull("listener", () -> director.addListener(null));
        assertNull("listener", () -> director.removeListener(null));
        assertNull("wanted", () -> builder.build().changesTo(null));
        assertNull("key", () -> builder.build().service(null));
        assertNull("settings", () -> builder.timeouts(null));
        assertNull("sysctl", () -> builder.sysctl(null, 0));
        assertNull("key", () -> builder.service(null));
        assertNull("key", () -> builder.server(null, A.endpoint()));
        assertNull("endpoint", () -> builder.server(WEB, null));
        assertNull("service", () -> builder.addService(null));
        assertNull("servers", () -> builder.addService(DNS_RR, (RealServer[]) null));
        assertNull("servers contains null", () -> builder.addService(DNS_RR, A, null));
        assertNull("service", () -> builder.editService(null));
        assertNull("key", () -> builder.removeService(null));
        assertNull("key", () -> builder.addServer(null, A));
        assertNull("server", () -> builder.addServer(WEB, null));
        assertNull("key", () -> builder.editServer(null, A));
        assertNull("server", () -> builder.editServer(WEB, null));
        assertNull("key", () -> builder.removeServer(null, A.endpoint()));
        assertNull("endpoint", () -> builder.removeServer(WEB, null));
        assertNull("key", () -> builder.setServers(null, List.of()));
        assertNull("servers", () -> builder.setServers(WEB, null));
        assertNull("servers contains null", () -> builder.setServers(WEB, withNull));
        assertNull("service", () -> new DirectorConfiguration.Service(null, List.of()));
        assertNull("servers contains null", () -> new DirectorConfiguration.Service(WEB_RR, withNull));
        assertNull("endpoint", () -> new DirectorConfiguration.Service(WEB_RR, List.of()).server(null));
        assertNull("service", () -> new ServiceAdded(null, List.of()));
        assertNull("servers", () -> new ServiceAdded(WEB_RR, null));
        assertNull("servers contains null", () -> new ServiceAdded(WEB_RR, withNull));
        assertNull("service", () -> new ServiceRemoved(null, List.of()));
        assertNull("servers contains null", () -> new ServiceRemoved(WEB_RR, withNull));
        assertNull("before", () -> new ServiceEdited(null, WEB_RR));
        assertNull("after", () -> new ServiceEdited(WEB_RR, null));
        assertNull("service", () -> new ServerAdded(null, A));
        assertNull("server", () -> new ServerAdded(WEB, null));
        assertNull("service", () -> new ServerRemoved(null, A));
        assertNull("server", () -> new ServerRemoved(WEB, null));
        assertNull("service", () -> new ServerEdited(null, A, A));
        assertNull("before", () -> new ServerEdited(WEB, null, A));
        assertNull("after", () -> new ServerEdited(WEB, A, null));
        assertNull("before", () -> new TimeoutsChanged(null, TimeoutSettings.DEFAULTS));
        assertNull("after", () -> new TimeoutsChanged(TimeoutSettings.DEFAULTS, null));
        assertNull("sysctl", () -> new SysctlChanged(null, 0, 0));
        assertNull("changes", () -> ConfigurationChange.inverseOf(null));
    }

    private static void assertNull(String message, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(message);
    }
}
