package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.health.EngineFixture.WEB;
import static org.lvs4j.health.EngineFixture.every2Seconds;
import static org.lvs4j.health.EngineFixture.inhibited;
import static org.lvs4j.health.EngineFixture.server;
import static org.lvs4j.health.EngineFixture.tcp;
import static org.lvs4j.health.EngineFixture.web;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class HealthEngineTest {
    private static final String A = "10.0.0.11:80";
    private static final String B = "10.0.0.12:80";
    private static final String SORRY = "10.0.0.99:80";
    private static final TrackedFile FILE = new TrackedFile("f", Path.of("f"), null);

    private final EngineFixture world = new EngineFixture();

    private static CheckSchedule schedule() {
        return every2Seconds().build();
    }

    private static SorryServer sorry(boolean inhibit) {
        return new SorryServer(RealServer.of(SORRY), inhibit);
    }

    /** Moves on to a time, and lets all probes pass but those of some endpoints. */
    private void run(long untilMillis, String... failing) {
        while (world.engine.nextDeadline() <= untilMillis * 1_000_000) {
            world.advanceTo((world.engine.nextDeadline() + 999_999) / 1_000_000);
            for (Probe probe : List.copyOf(world.probes.values())) {
                String endpoint =
                        ((NetworkCheck) probe.check()).target().endpoint().toString();
                world.finish(
                        probe.id(),
                        List.of(failing).contains(endpoint) ? ProbeResult.failed("refused") : ProbeResult.passed("ok"));
            }
        }
        world.advanceTo(untilMillis);
    }

    @Test
    void start_servers_servicesThenServersInOrder() {
        world.start(web(server(A, schedule()), server(B, 3)).build());

        assertThat(world.done())
                .containsExactly(
                        "add TCP 10.0.0.1:80", "add 10.0.0.11:80/1", "add 10.0.0.12:80/3", "VS [10.0.0.1]:tcp:80 UP");
    }

    @Test
    void start_sameServiceTwice_refusedWithoutEffect() {
        MonitoredService service = web(server(A, schedule())).build();

        assertThatThrownBy(() -> world.start(service, service))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("given twice");
        assertThat(world.table).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void start_started_refused() {
        world.start();

        assertThatThrownBy(world::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void start_notifyAtStart_programsOfServersThatAreUp() {
        world.engine.start(
                0, new HealthConfiguration(List.of(web(server(A, schedule())).build()), true));

        assertThat(world.done()).contains("RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 UP", "run up 10.0.0.11:80");
    }

    @Test
    void advance_warmup_firstProbesSpread() {
        CheckSchedule spread = every2Seconds().warmup(Duration.ofSeconds(10)).build();
        MonitoredService.Builder service = web();
        for (int i = 1; i <= 200; i++) {
            service.server(server("10.0.1." + i + ":80", spread));
        }
        world.start(service.build());

        assertThat(world.engine.nextDeadline()).isGreaterThanOrEqualTo(1_000_000_000L);
        int[] perSecond = new int[12];
        for (CheckHealth check : world.engine.snapshot().get(0).servers().stream()
                .flatMap(each -> each.checks().stream())
                .toList()) {
            perSecond[(int) (check.nextProbeNanos() / 1_000_000_000L)]++;
        }
        assertThat(perSecond[0] + perSecond[11]).isZero();
        assertThat(List.of(perSecond[1], perSecond[4], perSecond[7], perSecond[10]))
                .allMatch(count -> count > 5 && count < 45);
    }

    @Test
    void probeFinished_firstFailure_removedAndTold() {
        world.start(web(server(A, schedule()), server(B, schedule())).build());
        world.advanceTo(1_000);
        world.done();

        world.fail(A);

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80", "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 DOWN", "run down 10.0.0.11:80");
        assertThat(world.events)
                .anySatisfy(event -> assertThat(event)
                        .isEqualTo(new HealthEvent.CheckChanged(
                                "[10.0.0.1]:tcp:80",
                                List.of(ServiceKey.tcp("10.0.0.1:80")),
                                RealServer.of(A),
                                tcp(A, schedule()),
                                false,
                                "refused")));
    }

    @Test
    void probeFinished_cancelledOrUnknown_ignored() {
        world.start(web(server(A, schedule())).build());
        world.advanceTo(1_000);
        long id = world.probes.keySet().iterator().next();
        world.pass(A);

        world.engine.probeFinished(world.nanos(), id, ProbeResult.failed("late"));
        world.engine.probeFinished(world.nanos(), 77, ProbeResult.failed("never started"));

        assertThat(world.servers()).containsExactly("10.0.0.11:80/1");
    }

    @Test
    void probeFinished_slowProbe_intervalCountsFromItsEnd() {
        world.start(web(server(A, schedule())).build());
        world.advanceTo(1_800);

        world.pass(A);

        assertThat(world.engine.nextDeadline()).isEqualTo(3_800_000_000L);
    }

    @Test
    void probeFinished_slowProgram_intervalCountsFromItsStart() {
        MiscCheck misc = new MiscCheck(Script.of("m"), schedule(), Duration.ofSeconds(9), false);
        world.start(web(server(A, 1, misc)).build());
        world.advanceTo(1_800);
        world.finish(A, ProbeResult.passed("ok"));
        assertThat(world.engine.nextDeadline()).isEqualTo(3_000_000_000L);

        world.advanceTo(6_000);
        world.finish(A, ProbeResult.passed("ok"));

        assertThat(world.engine.nextDeadline()).isEqualTo(6_000_000_000L);
    }

    @Test
    void probeFinished_dynamicProgram_statusIsTheWeight() {
        MiscCheck misc =
                new MiscCheck(Script.of("m"), every2Seconds().retries(0).build(), Duration.ofSeconds(1), true);
        world.start(web(server(A, 10, misc)).build());
        world.advanceTo(1_000);
        world.finish(A, misc.exited(52));
        assertThat(world.servers()).containsExactly("10.0.0.11:80/50");

        world.advanceTo(3_000);
        world.finish(A, misc.exited(1));
        assertThat(world.servers()).isEmpty();

        world.advanceTo(5_000);
        world.finish(A, misc.exited(22));
        assertThat(world.servers()).containsExactly("10.0.0.11:80/20");

        world.advanceTo(7_000);
        world.finish(A, misc.exited(0));
        assertThat(world.servers()).containsExactly("10.0.0.11:80/10");
    }

    @Test
    void probeFinished_twoDynamicPrograms_weightsAddUp() {
        MiscCheck first = new MiscCheck(Script.of("m"), schedule(), Duration.ofSeconds(1), true);
        MiscCheck second = new MiscCheck(Script.of("n"), schedule(), Duration.ofSeconds(1), true);
        world.start(web(server(A, 10, first, second)).build());
        world.advanceTo(1_000);

        for (long id : Set.copyOf(world.probes.keySet())) {
            world.finish(id, first.exited(22));
        }

        assertThat(world.servers()).containsExactly("10.0.0.11:80/30");
    }

    @Test
    void fileChanged_factor_weightFollows() {
        world.engine.fileChanged(0, FILE, 3);
        world.start(web(server(A, 10, new FileCheck(FILE, 2, false))).build());
        assertThat(world.servers()).containsExactly("10.0.0.11:80/16");

        world.engine.fileChanged(0, FILE, -100);
        assertThat(world.servers()).containsExactly("10.0.0.11:80/0");
        world.engine.fileChanged(0, FILE, Integer.MAX_VALUE);
        assertThat(world.servers()).containsExactly("10.0.0.11:80/2147483647");
        world.engine.fileChanged(0, FILE, Integer.MIN_VALUE);
        assertThat(world.servers()).isEmpty();
        world.engine.fileChanged(0, FILE, 0);
        assertThat(world.servers()).containsExactly("10.0.0.11:80/10");
    }

    @Test
    void fileChanged_factorZero_upOrDown() {
        world.engine.fileChanged(0, FILE, 1);
        world.start(web(server(A, 10, new FileCheck(FILE, 0, false)), server(B, 10, new FileCheck(FILE, 0, true)))
                .build());
        assertThat(world.servers()).containsExactly("10.0.0.12:80/10");

        world.engine.fileChanged(0, FILE, 0);

        assertThat(world.servers()).containsExactly("10.0.0.11:80/10");
    }

    @Test
    void alpha_firstFailure_toldOnceWithoutAChangeOfTheTable() {
        CheckSchedule alpha = every2Seconds().alpha(true).build();
        world.start(web(server(A, 1, tcp(A, alpha), tcp("10.0.0.11:81", alpha))).build());
        assertThat(world.done()).containsExactly("add TCP 10.0.0.1:80");
        world.advanceTo(1_000);

        world.fail(A);
        world.fail("10.0.0.11:81");

        assertThat(world.done())
                .containsExactly("RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 DOWN", "run down 10.0.0.11:80");
    }

    @Test
    void alpha_allChecksPassed_added() {
        CheckSchedule alpha = every2Seconds().alpha(true).build();
        world.start(web(server(A, 1, tcp(A, alpha), tcp("10.0.0.11:81", alpha))).build());
        world.advanceTo(1_000);

        world.pass(A);
        assertThat(world.servers()).isEmpty();
        world.pass("10.0.0.11:81");

        assertThat(world.servers()).containsExactly("10.0.0.11:80/1");
    }

    @Test
    void twoChecks_secondOneDown_nothingMoreHappens() {
        world.start(web(server(A, 1, tcp(A, schedule()), tcp("10.0.0.11:81", schedule())))
                .build());
        world.advanceTo(1_000);
        world.fail(A);
        world.done();

        world.fail("10.0.0.11:81");
        assertThat(world.done()).isEmpty();

        world.advanceTo(3_000);
        world.pass(A);
        assertThat(world.servers()).isEmpty();
        world.pass("10.0.0.11:81");
        assertThat(world.servers()).containsExactly("10.0.0.11:80/1");
    }

    @Test
    void inhibit_failure_weightZero() {
        world.start(web(inhibited(server(A, schedule())), server(B, schedule())).build());
        run(1_500, A);
        assertThat(world.servers()).containsExactly("10.0.0.11:80/0", "10.0.0.12:80/1");

        run(4_000);

        assertThat(world.servers()).containsExactly("10.0.0.11:80/1", "10.0.0.12:80/1");
    }

    @Test
    void quorum_hysteresis_gainedAndLostAtDifferentWeights() {
        MonitoredService service = web(server(A, 5, tcp(A, schedule())), server(B, 3, tcp(B, schedule())))
                .quorum(new Quorum(5, 2, Script.of("q-up"), Script.of("q-down")))
                .build();
        world.start(service);
        run(1_500, A);
        assertThat(world.engine.snapshot(WEB).up()).isTrue();

        run(4_000, A, B);
        assertThat(world.engine.snapshot(WEB).up()).isFalse();
        run(6_000, B);
        assertThat(world.engine.snapshot(WEB).up())
                .as("weight 5 is below 5 + 2")
                .isFalse();
        run(8_000);
        assertThat(world.engine.snapshot(WEB).up()).isTrue();
        assertThat(world.done()).containsSubsequence("run q-up", "run q-down", "run q-up");
    }

    @Test
    void sorryServer_quorumLostAndGained_replacesAllServers() {
        world.start(web(server(A, schedule()), server(B, schedule()))
                .quorum(new Quorum(2, 0, null, null))
                .sorryServer(sorry(false))
                .build());
        world.done();
        run(1_500, A);
        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80",
                        "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 DOWN",
                        "run down 10.0.0.11:80",
                        "remove 10.0.0.12:80",
                        "add 10.0.0.99:80/1",
                        "VS [10.0.0.1]:tcp:80 DOWN");
        assertThat(world.engine.snapshot(WEB).sorryServerInUse()).isTrue();

        run(4_000);

        assertThat(world.done())
                .containsExactly(
                        "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 UP",
                        "run up 10.0.0.11:80",
                        "remove 10.0.0.99:80",
                        "add 10.0.0.11:80/1",
                        "add 10.0.0.12:80/1",
                        "VS [10.0.0.1]:tcp:80 UP");
    }

    @Test
    void sorryServer_inhibit_weightZeroWhileNotInUse() {
        world.start(web(server(A, schedule())).sorryServer(sorry(true)).build());
        assertThat(world.servers()).containsExactly("10.0.0.11:80/1", "10.0.0.99:80/0");

        run(1_500, A);
        assertThat(world.servers()).containsExactly("10.0.0.99:80/1");

        run(4_000);
        assertThat(world.servers()).containsExactly("10.0.0.99:80/0", "10.0.0.11:80/1");
    }

    @Test
    void stop_omega_aliveServersAndQuorumTold() {
        world.start(web(server(A, schedule()), inhibited(server(B, schedule())))
                .omega(true)
                .build());
        run(1_500, B);
        world.advanceTo(3_000);
        world.done();

        world.engine.stop(world.nanos(), Cleanup.SERVERS);

        assertThat(world.done())
                .containsExactly(
                        "remove 10.0.0.11:80",
                        "RS [10.0.0.11]:tcp:80 [10.0.0.1]:tcp:80 DOWN",
                        "run down 10.0.0.11:80",
                        "remove 10.0.0.12:80",
                        "VS [10.0.0.1]:tcp:80 DOWN",
                        "remove TCP 10.0.0.1:80");
        assertThat(world.probes).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void stop_handedOver_tableStaysAndNobodyIsTold() {
        world.start(web(server(A, schedule())).omega(true).build());
        world.done();

        world.engine.stop(0, Cleanup.HANDED_OVER);

        assertThat(world.done()).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(world.engine.table()).isEmpty();
    }

    @Test
    void table_serversDownAndInhibited_asInTheTable() {
        String third = "10.0.0.13:80";
        world.start(web(server(A, schedule()), inhibited(server(B, schedule())), server(third, schedule()))
                .build());
        run(1_500, B, third);

        assertThat(world.engine.table()).hasSize(1).allSatisfy((service, servers) -> {
            assertThat(service.key()).isEqualTo(EngineFixture.WEB);
            assertThat(servers)
                    .containsExactlyElementsOf(
                            world.table.get(EngineFixture.WEB).values());
            assertThat(servers)
                    .extracting(each -> each.endpoint() + "/" + each.weight())
                    .containsExactlyInAnyOrder(A + "/1", B + "/0");
        });
    }

    @Test
    void stop_servicesOnlyOrNothing_fewerChanges() {
        world.start(web(server(A, schedule())).build());
        world.done();

        world.engine.stop(0, Cleanup.SERVICES);
        assertThat(world.done()).containsExactly("remove TCP 10.0.0.1:80");

        world.start(web(server(A, schedule())).build());
        world.done();
        world.engine.stop(0, Cleanup.NOTHING);
        assertThat(world.done()).isEmpty();
        assertThat(world.engine.snapshot()).isEmpty();
    }

    @Test
    void haSuspend_addressMissing_noProbe() {
        world.start(web(server(A, schedule())).haSuspend(true).build());
        world.advanceTo(6_000);
        assertThat(world.probes).isEmpty();
        assertThat(world.servers()).containsExactly("10.0.0.11:80/1");

        world.engine.addressChanged(IpAddress.parse("10.0.0.1"), true);
        world.advanceTo(7_000);

        assertThat(world.probing(A)).isEqualTo(1);
    }

    @Test
    void group_services_checkedOnceAndChangedTogether() {
        ServiceKey other = ServiceKey.tcp("10.0.0.2:8080");
        MonitoredService service = MonitoredService.builder(
                        "g",
                        List.of(
                                VirtualService.of(WEB),
                                VirtualService.of(other),
                                VirtualService.of(ServiceKey.mark(7))))
                .server(new MonitoredServer(
                        RealServer.builder("10.0.0.11:9")
                                .forwarding(Forwarding.direct())
                                .build(),
                        List.of(tcp(A, schedule())),
                        false,
                        null,
                        null))
                .build();
        world.start(service);
        assertThat(world.servers(other)).containsExactly("10.0.0.11:8080/1");
        assertThat(world.servers(ServiceKey.mark(7))).containsExactly("10.0.0.11:0/1");
        assertThat(world.done()).contains("VS [g]:0 UP");
        world.advanceTo(1_000);
        assertThat(world.probes).hasSize(1);

        world.fail(A);

        assertThat(world.servers()).isEmpty();
        assertThat(world.servers(other)).isEmpty();
        assertThat(world.servers(ServiceKey.mark(7))).isEmpty();
    }

    @Test
    void actions_callBack_refused() {
        HealthEngine[] engine = new HealthEngine[1];
        EngineFixture fixture = new EngineFixture();
        HealthActions back = (HealthActions) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HealthActions.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("startProbe")) {
                        engine[0].probeFinished(0, ((Probe) arguments[0]).id(), ProbeResult.passed("at once"));
                    }
                    return null;
                });
        engine[0] = HealthEngine.builder(back).build();
        engine[0].start(0, HealthConfiguration.of(web(server(A, schedule())).build()));

        assertThatThrownBy(() -> engine[0].advance(1_000_000_000L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("calls the engine back");
        assertThat(fixture.log).isEmpty();
    }

    @Test
    void advance_manyChecks_eachProbedOnce() {
        MonitoredService[] services = new MonitoredService[200];
        for (int i = 0; i < services.length; i++) {
            MonitoredService.Builder builder =
                    MonitoredService.builder(VirtualService.of(ServiceKey.tcp("10.1." + i + ".1:80")));
            for (int j = 1; j <= 5; j++) {
                builder.server(server("10.2." + i + "." + j + ":80", schedule()));
            }
            services[i] = builder.build();
        }
        world.start(services);

        world.advanceTo(1_000);

        Set<Endpoint> probed = new HashSet<>();
        world.probes
                .values()
                .forEach(probe -> probed.add(((TcpCheck) probe.check()).target().endpoint()));
        assertThat(world.probes).hasSize(1_000);
        assertThat(probed).hasSize(1_000);
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }
}
