package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Calls that are cut off by a lack of memory at any action. After a repair the table is what the state of the engine says,
 * and each check waits or probes.
 */
class RepairTest {
    private static final int STEPS = 300;

    private final World world = new World();
    private final HealthEngine engine = HealthEngine.builder(world).build();
    private long now;

    /** A table that takes what is there already, as a director's does. */
    private static final class World implements HealthActions {
        final Map<ServiceKey, Map<Endpoint, RealServer>> table = new LinkedHashMap<>();
        final Map<Long, Probe> probes = new LinkedHashMap<>();
        int actionsLeft = Integer.MAX_VALUE;

        private void act() {
            if (actionsLeft-- == 0) {
                actionsLeft = Integer.MAX_VALUE;
                throw new OutOfMemoryError("of the test");
            }
        }

        @Override
        public void startProbe(Probe probe) {
            act();
            probes.put(probe.id(), probe);
        }

        @Override
        public void cancelProbe(long id) {
            act();
            probes.remove(id);
        }

        @Override
        public void addService(VirtualService service) {
            act();
            table.putIfAbsent(service.key(), new LinkedHashMap<>());
        }

        @Override
        public void editService(VirtualService service) {
            act();
        }

        @Override
        public void removeService(ServiceKey service) {
            act();
            table.remove(service);
        }

        @Override
        public void addServer(ServiceKey service, RealServer server) {
            act();
            table.get(service).put(server.endpoint(), server);
        }

        @Override
        public void editServer(ServiceKey service, RealServer server) {
            addServer(service, server);
        }

        @Override
        public void removeServer(ServiceKey service, Endpoint server) {
            act();
            table.get(service).remove(server);
        }

        @Override
        public void notify(Notification notification) {
            act();
        }

        @Override
        public void event(HealthEvent event) {
            act();
        }
    }

    @RepeatedTest(40)
    void repair_afterACallThatWasCutOff_tableIsWhatTheStateSays(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        MonitoredService.Builder service = EngineFixture.web();
        for (int i = 1; i <= 4; i++) {
            MonitoredServer server = EngineFixture.server(
                    "10.0.0." + i + ":80", EngineFixture.every2Seconds().build());
            service.server(random.nextBoolean() ? EngineFixture.inhibited(server) : server);
        }
        service.sorryServer(new SorryServer(RealServer.of("10.0.0.9:80"), random.nextBoolean()));
        service.quorum(new Quorum(1 + random.nextInt(3), 0, null, null));
        engine.start(now, HealthConfiguration.of(service.build()));
        int cutOff = 0;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(4) == 0) {
                world.actionsLeft = random.nextInt(6);
            }
            try {
                step(random);
            } catch (OutOfMemoryError e) {
                cutOff++;
                engine.repair(now);
            }
            world.actionsLeft = Integer.MAX_VALUE;
            check("step " + step);
        }
        assertThat(cutOff).isPositive();
    }

    private void step(SplittableRandom random) {
        if (!world.probes.isEmpty() && random.nextBoolean()) {
            List<Long> ids = new ArrayList<>(world.probes.keySet());
            long id = ids.get(random.nextInt(ids.size()));
            world.probes.remove(id);
            engine.probeFinished(
                    now, id, random.nextInt(3) > 0 ? ProbeResult.failed("refused") : ProbeResult.passed("ok"));
        } else {
            now += 700_000_000L;
            engine.advance(now);
        }
    }

    private void check(String step) {
        ServiceHealth service = engine.snapshot().get(0);
        Map<ServiceKey, Map<Endpoint, RealServer>> expected = new LinkedHashMap<>();
        expected.put(EngineFixture.WEB, HealthEnginePropertyTest.serversOf(service, EngineFixture.WEB));
        assertThat(world.table).as(step).isEqualTo(expected);
        for (ServerHealth server : service.servers()) {
            CheckHealth check = server.checks().get(0);
            assertThat(server.up()).as(step).isEqualTo(check.up());
            assertThat(check.probing() != check.nextProbeNanos() < Long.MAX_VALUE)
                    .as(step)
                    .isTrue();
        }
    }
}
