package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.health.EngineFixture.WEB;
import static org.lvs4j.health.EngineFixture.every2Seconds;
import static org.lvs4j.health.EngineFixture.server;
import static org.lvs4j.health.EngineFixture.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Services that are changed while the engine runs, beside the configuration. */
class PutServiceTest {
    private static final String A = "10.0.0.11:80";
    private static final String B = "10.0.0.12:80";
    private static final String C = "10.0.0.13:80";
    private static final ServiceKey MAIL = ServiceKey.tcp("10.0.0.1:25");
    private static final CheckSchedule SCHEDULE = every2Seconds().build();

    private final EngineFixture world = new EngineFixture();

    private void put(MonitoredServer... servers) {
        world.engine.putService(world.nanos(), web(servers).build());
    }

    private static MonitoredService mail(MonitoredServer... servers) {
        MonitoredService.Builder builder = MonitoredService.builder(VirtualService.of(MAIL, "rr"));
        for (MonitoredServer server : servers) {
            builder.server(server);
        }
        return builder.build();
    }

    @Test
    void putService_changedOftenAndAlways_allOthersKeepTheirRhythm() {
        world.start(mail(server(C, SCHEDULE)));
        put(server(A, SCHEDULE));
        Map<String, List<Long>> probes = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            String changing = "10.0.1." + i % 200 + ":80";
            put(server(A, SCHEDULE), server(changing, i % 7, EngineFixture.tcp(changing, SCHEDULE)));
            world.advanceTo(world.millis() + 10);
            for (Probe probe : List.copyOf(world.probes.values())) {
                probes.computeIfAbsent(probe.server().endpoint().toString(), key -> new ArrayList<>())
                        .add(world.millis());
                world.finish(probe.id(), ProbeResult.passed("ok"));
            }
        }

        List<Long> everyTwoSeconds = new ArrayList<>();
        for (long at = 1_000; at <= 30_000; at += 2_000) {
            everyTwoSeconds.add(at);
        }
        assertThat(probes.get(A)).isEqualTo(everyTwoSeconds);
        assertThat(probes.get(C)).isEqualTo(everyTwoSeconds);
        assertThat(probes.keySet()).containsExactlyInAnyOrder(A, C);
    }

    @Test
    void putService_probeUnderWay_goesOnAndItsResultCounts() {
        world.start();
        put(server(A, SCHEDULE));
        world.advanceTo(1_000);

        put(server(A, SCHEDULE), server(B, SCHEDULE));
        assertThat(world.probing(A)).isEqualTo(1);
        world.fail(A);

        assertThat(world.servers()).containsExactly("10.0.0.12:80/1");
        assertThat(world.engine.snapshot(WEB).servers().get(0).checks().get(0).nextProbeNanos())
                .isEqualTo(3_000_000_000L);
    }

    @Test
    void putService_serverGone_probeCancelled() {
        world.start();
        put(server(A, SCHEDULE), server(B, SCHEDULE));
        world.advanceTo(1_000);

        put(server(B, SCHEDULE));

        assertThat(world.probing(A)).isZero();
        assertThat(world.probing(B)).isEqualTo(1);
    }

    @Test
    void putService_pagesInTurn_nextPageIsAskedFor() {
        HttpCheck pages = new HttpCheck(
                ProbeTarget.of(Endpoint.parse(A)),
                SCHEDULE,
                false,
                false,
                HttpCheck.Version.HTTP_1_0,
                false,
                List.of(HttpPage.of("/1"), HttpPage.of("/2")));
        world.start();
        put(server(A, 1, pages));
        world.advanceTo(1_000);
        world.pass(A);

        put(server(A, 2, pages));
        world.advanceTo(3_000);

        assertThat(world.probes.values()).singleElement().returns(1, Probe::page);
    }

    @Test
    void putService_shorterInterval_nextProbeComesSooner() {
        CheckSchedule slow = every2Seconds().interval(Duration.ofHours(1)).build();
        world.start();
        put(server(A, slow));
        world.advanceTo(1_000);
        world.pass(A);

        put(server(A, SCHEDULE));

        assertThat(world.engine.nextDeadline()).isEqualTo(3_000_000_000L);
    }

    @Test
    void putService_new_firstFailureIsFinalAndLaterServersHaveRetries() {
        world.start();
        put(server(A, SCHEDULE));
        world.advanceTo(1_000);
        world.fail(A);
        assertThat(world.servers()).isEmpty();

        put(server(A, SCHEDULE), server(B, SCHEDULE));
        world.advanceTo(2_000);
        world.fail(B);

        assertThat(world.servers()).containsExactly("10.0.0.12:80/1");
    }

    @Test
    void reload_serviceBesideTheConfiguration_notTouched() {
        world.start(mail(server(C, SCHEDULE)));
        put(server(A, SCHEDULE));
        world.advanceTo(1_000);
        world.pass(A);
        world.done();

        world.reload();

        assertThat(world.servers()).containsExactly("10.0.0.11:80/1");
        assertThat(world.done()).doesNotContain("remove " + WEB);
        assertThat(world.engine.nextDeadline()).isEqualTo(3_000_000_000L);
    }

    @Test
    void putService_keyOfTheConfiguration_refused() {
        world.start(mail());

        assertThatThrownBy(() -> world.engine.putService(0, mail())).isInstanceOf(IllegalArgumentException.class);
        put();
        assertThatThrownBy(() -> world.reload(web().build())).isInstanceOf(IllegalArgumentException.class);
        assertThat(world.table).containsOnlyKeys(MAIL, WEB);
    }

    @Test
    void removeService_added_leavesNothing() {
        world.start();
        put(server(A, SCHEDULE), server(B, SCHEDULE));
        world.advanceTo(1_000);

        world.engine.removeService(WEB);
        world.engine.removeService(WEB);

        assertThat(world.table).isEmpty();
        assertThat(world.probes).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void stop_withServiceBeside_tableEmpty() {
        world.start(mail(server(C, SCHEDULE)));
        put(server(A, SCHEDULE));

        world.engine.stop(world.nanos(), Cleanup.SERVERS);

        assertThat(world.table).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    // ---- clients of a server that fails

    @Test
    void releaseOnFailure_serverFails_releasedAfterItHasLeft() {
        world.start(web(server(A, SCHEDULE), server(B, SCHEDULE))
                .releaseOnFailure(new ReleaseOnFailure(Duration.ofSeconds(9)))
                .build());
        world.advanceTo(1_000);
        world.done();

        world.fail(A);

        assertThat(world.done()).containsSequence("remove 10.0.0.11:80", "release 10.0.0.11:80 PT9S");
        world.pass(B);
        world.reload(web().releaseOnFailure(ReleaseOnFailure.CLIENTS).build());
        assertThat(world.done()).as("removed, not failed").noneMatch(each -> each.startsWith("release"));
    }

    @Test
    void releaseOnFailure_timeOutOfRange_refused() {
        assertThatThrownBy(() -> new ReleaseOnFailure(Duration.ofMillis(-1))).hasMessageContaining("PT-0.001S");
        assertThatThrownBy(() -> new ReleaseOnFailure(Duration.ofDays(366))).hasMessageContaining("P");
    }
}
