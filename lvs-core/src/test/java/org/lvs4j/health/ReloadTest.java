package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.health.EngineFixture.WEB;
import static org.lvs4j.health.EngineFixture.every2Seconds;
import static org.lvs4j.health.EngineFixture.inhibited;
import static org.lvs4j.health.EngineFixture.server;
import static org.lvs4j.health.EngineFixture.tcp;
import static org.lvs4j.health.EngineFixture.web;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ReloadTest {
    private static final String A = "10.0.0.11:80";
    private static final String B = "10.0.0.12:80";
    private static final CheckSchedule SCHEDULE = every2Seconds().build();

    private final EngineFixture world = new EngineFixture();

    /** Two servers, of which the first is down. */
    private void startWithOneDown(MonitoredServer first) {
        world.start(web(first, server(B, SCHEDULE)).build());
        world.advanceTo(1_000);
        world.fail(A);
        world.pass(B);
        world.done();
    }

    @Test
    void reload_nothingChanged_noChangeAndEachCheckAnew() {
        startWithOneDown(server(A, SCHEDULE));

        world.reload(web(server(A, SCHEDULE), server(B, SCHEDULE)).build());

        assertThat(world.done()).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(2_000_000_000L);
        world.advanceTo(2_000);
        assertThat(world.probing(A)).isEqualTo(1);
        assertThat(world.probing(B)).isEqualTo(1);
    }

    @Test
    void reload_probeUnderWay_cancelled() {
        world.start(web(server(A, SCHEDULE)).build());
        world.advanceTo(1_000);

        world.reload(web(server(A, SCHEDULE)).build());

        assertThat(world.probes).isEmpty();
    }

    @Test
    void reload_serverAdded_hasItsRetries() {
        world.start(web(server(B, SCHEDULE)).build());
        world.reload(web(server(A, SCHEDULE), server(B, SCHEDULE)).build());
        assertThat(world.servers()).containsExactlyInAnyOrder("10.0.0.11:80/1", "10.0.0.12:80/1");
        world.advanceTo(1_000);

        world.fail(A);

        assertThat(world.servers()).hasSize(2);
    }

    @Test
    void reload_failuresCounted_carriedOn() {
        world.start(web(server(A, SCHEDULE)).build());
        world.advanceTo(1_000);
        world.pass(A);
        world.advanceTo(3_000);
        world.fail(A);

        world.reload(web(server(A, SCHEDULE)).build());
        world.advanceTo(4_000);
        world.fail(A);

        assertThat(world.servers()).isEmpty();
    }

    @Test
    void reload_otherTimers_staysDown() {
        startWithOneDown(server(A, SCHEDULE));

        world.reload(web(
                        server(
                                A,
                                every2Seconds().interval(Duration.ofSeconds(9)).build()),
                        server(B, SCHEDULE))
                .build());

        assertThat(world.done()).isEmpty();
    }

    @Test
    void reload_otherTarget_comesUp() {
        startWithOneDown(server(A, SCHEDULE));

        world.reload(web(server(A, 1, tcp("10.0.0.11:81", SCHEDULE)), server(B, SCHEDULE))
                .build());

        assertThat(world.done())
                .containsExactly(
                        "add 10.0.0.11:80/1", "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 UP", "run up 10.0.0.11:80");
    }

    @Test
    void reload_checkAdded_staysDown() {
        startWithOneDown(server(A, SCHEDULE));

        world.reload(web(server(A, 1, tcp(A, SCHEDULE), tcp("10.0.0.11:81", SCHEDULE)), server(B, SCHEDULE))
                .build());
        assertThat(world.done()).isEmpty();
        world.advanceTo(2_000);
        world.pass(A);

        assertThat(world.servers()).contains("10.0.0.11:80/1");
    }

    @Test
    void reload_serverRemoved_told() {
        world.start(web(server(A, SCHEDULE), server(B, SCHEDULE)).build());
        world.done();

        world.reload(web(server(B, SCHEDULE)).build());

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80", "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 DOWN", "run down 10.0.0.11:80");
    }

    @Test
    void reload_serviceMoved_oldOneFirst() {
        startWithOneDown(server(A, SCHEDULE));
        ServiceKey moved = ServiceKey.tcp("10.0.0.2:80");

        world.reload(MonitoredService.builder(VirtualService.of(moved, "rr"))
                .server(server(A, SCHEDULE))
                .build());

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.12:80",
                        "RS [10.0.0.12]:tcp:80 [10.0.0.1]:tcp:80 DOWN",
                        "run down 10.0.0.12:80",
                        "VS [10.0.0.1]:tcp:80 DOWN",
                        "remove TCP 10.0.0.1:80",
                        "add TCP 10.0.0.2:80",
                        "add 10.0.0.11:80/1",
                        "VS [10.0.0.2]:tcp:80 UP");
    }

    @Test
    void reload_schedulerAndForwarding_edited() {
        world.start(web(server(A, SCHEDULE)).build());
        world.done();

        world.reload(MonitoredService.builder(VirtualService.of(WEB, "wlc"))
                .server(new MonitoredServer(
                        RealServer.builder(A).forwarding(Forwarding.direct()).build(),
                        List.of(tcp(A, SCHEDULE)),
                        false,
                        null,
                        null))
                .build());

        assertThat(world.done()).containsExactly("edit TCP 10.0.0.1:80 wlc", "edit 10.0.0.11:80/1");
    }

    @Test
    void reload_inhibitSwitched_downServerComesAndGoes() {
        startWithOneDown(server(A, SCHEDULE));

        world.reload(web(inhibited(server(A, SCHEDULE)), server(B, SCHEDULE)).build());
        assertThat(world.done()).containsExactly("add 10.0.0.11:80/0");
        world.reload(web(server(A, SCHEDULE), server(B, SCHEDULE)).build());

        assertThat(world.done()).containsExactly("remove 10.0.0.11:80");
    }

    @Test
    void reload_quorumRaisedAndBack_sorryServerComesAndGoes() {
        SorryServer sorry = new SorryServer(RealServer.of("10.0.0.99:80"), false);
        MonitoredService.Builder service =
                web(server(A, SCHEDULE), server(B, SCHEDULE)).sorryServer(sorry);
        world.start(service.build());
        world.done();

        world.reload(service.quorum(new Quorum(3, 0, null, null)).build());
        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80",
                        "remove 10.0.0.12:80",
                        "add 10.0.0.99:80/1",
                        "VS [10.0.0.1]:tcp:80 DOWN");
        world.reload(service.quorum(Quorum.DEFAULT).build());

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.99:80", "add 10.0.0.11:80/1", "add 10.0.0.12:80/1", "VS [10.0.0.1]:tcp:80 UP");
    }

    @Test
    void reload_otherSorryServerInUse_replacedAndTold() {
        MonitoredService.Builder service =
                web(server(A, SCHEDULE)).sorryServer(new SorryServer(RealServer.of("10.0.0.99:80"), false));
        world.start(service.build());
        world.advanceTo(1_000);
        world.fail(A);
        world.done();

        world.reload(service.sorryServer(new SorryServer(RealServer.of("10.0.0.98:80"), false))
                .build());
        assertThat(world.done())
                .containsExactly("remove 10.0.0.99:80", "add 10.0.0.98:80/1", "VS [10.0.0.1]:tcp:80 DOWN");

        world.reload(service.sorryServer(null).build());
        assertThat(world.done()).containsExactly("remove 10.0.0.98:80");
    }

    @Test
    void reload_dynamicWeight_kept() {
        MiscCheck misc = new MiscCheck(Script.of("m"), SCHEDULE, Duration.ofSeconds(1), true);
        world.start(web(server(A, 10, misc)).build());
        world.advanceTo(1_000);
        world.finish(A, misc.exited(22));
        world.done();

        world.reload(web(server(A, 10, misc), server(B, SCHEDULE)).build());

        assertThat(world.done()).containsExactly("add 10.0.0.12:80/1");
    }

    @Test
    void reload_memberOfAGroup_comesAndGoes() {
        VirtualService first = VirtualService.of(WEB, "rr");
        VirtualService second = VirtualService.of(ServiceKey.tcp("10.0.0.2:80"), "rr");
        world.start(MonitoredService.builder("g", List.of(first))
                .server(server(A, SCHEDULE))
                .build());
        world.done();

        world.reload(MonitoredService.builder("g", List.of(second))
                .server(server(A, SCHEDULE))
                .build());

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80", "remove TCP 10.0.0.1:80", "add TCP 10.0.0.2:80", "add 10.0.0.11:80/1");
    }

    @Test
    void reload_memberOfAGroupGoneLikeKeepalived22_staysEmpty() {
        EngineFixture old = new EngineFixture(1, true);
        VirtualService first = VirtualService.of(WEB, "rr");
        VirtualService second = VirtualService.of(ServiceKey.tcp("10.0.0.2:80"), "rr");
        old.start(MonitoredService.builder("g", List.of(first, second))
                .server(server(A, SCHEDULE))
                .build());

        old.reload(MonitoredService.builder("g", List.of(second))
                .server(server(A, SCHEDULE))
                .build());

        assertThat(old.servers()).isEmpty();
        assertThat(old.servers(second.key())).containsExactly("10.0.0.11:80/1");
    }

    @Test
    void reload_sameServiceTwice_refusedWithoutEffect() {
        MonitoredService service = web(server(A, SCHEDULE)).build();
        world.start(service);
        world.advanceTo(1_000);
        world.done();

        assertThatThrownBy(() -> world.reload(service, service)).isInstanceOf(IllegalArgumentException.class);

        assertThat(world.done()).isEmpty();
        assertThat(world.probing(A)).isEqualTo(1);
    }
}
