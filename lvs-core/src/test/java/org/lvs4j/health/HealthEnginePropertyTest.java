package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Random configurations, results, reloads and changes of single services. After each step the table is what the state of the engine says, each check
 * either waits for its next probe or probes, and at the end nothing is left. The fixture refuses changes of the table that
 * make no sense, and a second end of a probe.
 */
class HealthEnginePropertyTest {
    private static final int STEPS = 400;
    private static final TrackedFile FILE = new TrackedFile("f", Path.of("f"), null);

    private SplittableRandom random = new SplittableRandom();
    private EngineFixture world = new EngineFixture();

    @RepeatedTest(60)
    void steps_random_tableIsWhatTheStateSays(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        random = new SplittableRandom(seed);
        world = new EngineFixture(seed, false);
        world.engine.start(world.nanos(), configuration());
        for (int step = 0; step < STEPS; step++) {
            step();
            check("seed " + seed + " step " + step);
        }

        world.engine.stop(world.nanos(), Cleanup.values()[random.nextInt(2)]);

        assertThat(world.table).isEmpty();
        assertThat(world.probes).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    private void step() {
        int kind = random.nextInt(40);
        if (kind == 0) {
            world.engine.reload(world.nanos(), configuration());
        } else if (random.nextInt(10) == 0) {
            int number = random.nextInt(4, 6);
            if (random.nextInt(5) == 0) {
                world.engine.removeService(key(number));
            } else {
                world.engine.putService(world.nanos(), fill(MonitoredService.builder(virtual(number))));
            }
        } else if (kind == 1) {
            world.engine.fileChanged(world.nanos(), FILE, random.nextInt(-3, 4));
        } else if (kind < 5) {
            world.engine.connectionsFailed(
                    world.nanos(), key(random.nextInt(6)), endpoint(random.nextInt(4)), random.nextInt(9));
        } else if (kind < 25 && !world.probes.isEmpty()) {
            List<Probe> probes = new ArrayList<>(world.probes.values());
            Probe probe = probes.get(random.nextInt(probes.size()));
            world.finish(probe.id(), result(probe));
        } else {
            world.advanceTo(world.millis() + random.nextInt(1_500));
        }
    }

    private ProbeResult result(Probe probe) {
        if (probe.check() instanceof MiscCheck misc) {
            return misc.exited(random.nextInt(6));
        }
        return random.nextInt(3) == 0 ? ProbeResult.failed("refused") : ProbeResult.passed("ok");
    }

    private void check(String step) {
        Map<ServiceKey, Map<Endpoint, RealServer>> expected = new LinkedHashMap<>();
        int probing = 0;
        for (ServiceHealth service : world.engine.snapshot()) {
            long weight = 0;
            for (ServerHealth server : service.servers()) {
                boolean up = !server.ejected();
                for (CheckHealth check : server.checks()) {
                    up &= check.up();
                    probing += check.probing() ? 1 : 0;
                    assertThat(check.probing() || check.nextProbeNanos() < Long.MAX_VALUE)
                            .as(step)
                            .isEqualTo(!(check.check() instanceof FileCheck));
                    assertThat(check.probing() && check.nextProbeNanos() < Long.MAX_VALUE)
                            .as(step)
                            .isFalse();
                }
                assertThat(server.up()).as(step).isEqualTo(up);
                weight += up ? server.weight() : 0;
            }
            assertThat(service.weight()).as(step).isEqualTo(weight);
            assertThat(service.sorryServerInUse())
                    .as(step)
                    .isEqualTo(!service.up() && service.service().sorryServer() != null);
            Quorum quorum = service.service().quorum();
            assertThat(service.up())
                    .as(step)
                    .isEqualTo(weight >= quorum.weight() + quorum.hysteresis()
                            || (service.up() && weight > 0 && weight >= quorum.weight() - quorum.hysteresis()));
            for (VirtualService each : service.service().services()) {
                assertThat(world.services.get(each.key())).as(step).isEqualTo(each);
                expected.put(each.key(), serversOf(service, each.key()));
            }
        }
        assertThat(world.table).as(step).isEqualTo(expected);
        assertThat(world.probes).as(step).hasSize(probing);
    }

    static Map<Endpoint, RealServer> serversOf(ServiceHealth service, ServiceKey key) {
        Map<Endpoint, RealServer> result = new LinkedHashMap<>();
        for (ServerHealth server : service.servers()) {
            boolean serving = server.up() && !service.sorryServerInUse();
            if (serving || server.server().inhibitOnFailure()) {
                put(result, key, server.server().server().withWeight(serving ? server.weight() : 0));
            }
        }
        SorryServer sorry = service.service().sorryServer();
        if (sorry != null && (service.sorryServerInUse() || sorry.inhibit())) {
            put(result, key, sorry.server().withWeight(service.sorryServerInUse() ? 1 : 0));
        }
        return result;
    }

    private static void put(Map<Endpoint, RealServer> servers, ServiceKey key, RealServer server) {
        RealServer there = MonitoredService.serverOf(key, server);
        servers.put(there.endpoint(), there);
    }

    private static ServiceKey key(int number) {
        return ServiceKey.tcp("10.0.0." + (number + 1) + ":80");
    }

    private static Endpoint endpoint(int number) {
        return Endpoint.parse("10.0.1." + (number + 1) + ":80");
    }

    private HealthConfiguration configuration() {
        List<MonitoredService> services = new ArrayList<>();
        int first = 0;
        if (random.nextBoolean()) {
            List<VirtualService> members = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                members.add(virtual(i));
            }
            first = members.size();
            services.add(fill(MonitoredService.builder("g", members)));
        }
        for (int i = first; i < 4; i++) {
            if (random.nextInt(3) > 0) {
                services.add(fill(MonitoredService.builder(virtual(i))));
            }
        }
        return new HealthConfiguration(services, random.nextBoolean());
    }

    private VirtualService virtual(int number) {
        return VirtualService.of(key(number), random.nextBoolean() ? "rr" : "wlc");
    }

    private MonitoredService fill(MonitoredService.Builder builder) {
        for (int i = 0; i < 4; i++) {
            if (random.nextInt(4) > 0) {
                builder.server(new MonitoredServer(
                        RealServer.builder(endpoint(i))
                                .weight(random.nextInt(4))
                                .forwarding(random.nextBoolean() ? Forwarding.direct() : Forwarding.masquerade())
                                .build(),
                        checks(i),
                        random.nextInt(3) == 0,
                        null,
                        null));
            }
        }
        int weight = 1 + random.nextInt(4);
        builder.quorum(new Quorum(weight, random.nextInt(weight), null, null));
        if (random.nextBoolean()) {
            builder.sorryServer(
                    new SorryServer(RealServer.of("10.0.9." + (1 + random.nextInt(2)) + ":80"), random.nextBoolean()));
        }
        if (random.nextBoolean()) {
            builder.passiveCheck(new PassiveCheck(1, Duration.ofSeconds(2), Duration.ofSeconds(9), 50));
        }
        return builder.omega(random.nextBoolean()).build();
    }

    private List<Check> checks(int server) {
        List<Check> checks = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            CheckSchedule schedule = EngineFixture.every2Seconds()
                    .retries(random.nextInt(3))
                    .alpha(random.nextInt(4) == 0)
                    .rise(1 + random.nextInt(2))
                    .fall(1 + random.nextInt(2))
                    .warmup(Duration.ofMillis(random.nextInt(1_000)))
                    .build();
            checks.add(
                    switch (random.nextInt(4)) {
                        case 0 -> HttpCheck.of(ProbeTarget.of(endpoint(server)), schedule, "/");
                        case 1 -> new MiscCheck(Script.of("m"), schedule, Duration.ofSeconds(1), random.nextBoolean());
                        case 2 -> new FileCheck(FILE, random.nextInt(-1, 2), random.nextBoolean());
                        default -> new TcpCheck(ProbeTarget.of(endpoint(server)), schedule);
                    });
        }
        return checks;
    }
}
