package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.health.EngineFixture.WEB;
import static org.lvs4j.health.EngineFixture.server;
import static org.lvs4j.health.EngineFixture.web;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.net.Endpoint;

class PassiveCheckTest {
    private static final String A = "10.0.0.11:80";
    private static final String B = "10.0.0.12:80";
    private static final String C = "10.0.0.13:80";
    private static final PassiveCheck PASSIVE = new PassiveCheck(3, Duration.ofSeconds(10), Duration.ofSeconds(30), 50);

    private final EngineFixture world = new EngineFixture();

    private void start(PassiveCheck passive) {
        world.start(web(server(A, 1), server(B, 1), server(C, 1))
                .passiveCheck(passive)
                .build());
        world.done();
    }

    private boolean failed(String server, int failures) {
        return world.engine.connectionsFailed(world.nanos(), WEB, Endpoint.parse(server), failures);
    }

    @Test
    void connectionsFailed_oftenEnough_ejectedForATime() {
        start(PASSIVE);
        failed(A, 2);
        assertThat(world.servers()).hasSize(3);

        failed(A, 3);

        assertThat(world.servers()).containsExactly("10.0.0.12:80/1", "10.0.0.13:80/1");
        assertThat(world.engine.snapshot(WEB).servers().get(0).ejected()).isTrue();
        assertThat(world.engine.nextDeadline()).isEqualTo(10_000_000_000L);
        world.advanceTo(10_000);
        assertThat(world.servers()).hasSize(3);
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void connectionsFailed_outOfService_countBeginsAnew() {
        start(PASSIVE);

        assertThat(failed(A, 2)).isFalse();
        assertThat(failed(A, 3)).isTrue();
        assertThat(failed(A, 9)).isTrue();
        assertThat(failed(B, 9)).as("the share is reached").isFalse();
        assertThat(failed("10.0.0.99:80", 9)).as("not of the service").isTrue();
    }

    @Test
    void connectionsFailed_shareReached_stays() {
        start(PASSIVE);
        failed(A, 3);

        failed(B, 30);

        assertThat(world.servers()).containsExactly("10.0.0.12:80/1", "10.0.0.13:80/1");
    }

    @Test
    void connectionsFailed_onlyServerLeft_stays() {
        world.start(web(server(A, 1), server(B, 1))
                .passiveCheck(new PassiveCheck(1, Duration.ofSeconds(1), Duration.ofSeconds(1), 100))
                .build());

        failed(A, 1);
        failed(B, 1);

        assertThat(world.servers()).containsExactly("10.0.0.12:80/1");
    }

    @Test
    void connectionsFailed_again_longerUpToTheLongest() {
        start(PASSIVE);
        long[] lengths = new long[4];
        for (int i = 0; i < lengths.length; i++) {
            failed(A, 3);
            lengths[i] = world.engine.nextDeadline() / 1_000_000 - world.millis();
            world.advanceTo(world.millis() + lengths[i]);
        }
        assertThat(lengths).containsExactly(10_000, 20_000, 30_000, 30_000);

        world.advanceTo(world.millis() + 600_000);
        failed(A, 3);

        assertThat(world.engine.nextDeadline() / 1_000_000 - world.millis()).isEqualTo(10_000);
    }

    @Test
    void connectionsFailed_noPassiveCheck_ignored() {
        start(null);

        failed(A, 100);

        assertThat(world.servers()).hasSize(3);
    }

    @Test
    void reload_whileEjected_staysUntilTheSameTime() {
        start(PASSIVE);
        failed(A, 3);
        world.advanceTo(5_000);

        world.reload(web(server(A, 1), server(B, 1), server(C, 2))
                .passiveCheck(PASSIVE)
                .build());
        assertThat(world.servers()).containsExactly("10.0.0.12:80/1", "10.0.0.13:80/2");
        world.advanceTo(10_000);

        assertThat(world.servers()).contains("10.0.0.11:80/1");
    }

    @Test
    void stop_whileEjected_noTimerLeft() {
        start(PASSIVE);
        failed(A, 3);

        world.engine.stop(world.nanos(), Cleanup.SERVERS);

        assertThat(world.table).isEmpty();
        assertThat(world.engine.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void constructor_outOfRange_refused() {
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> new PassiveCheck(0, second, second, 50)).hasMessageContaining("failures 0");
        assertThatThrownBy(() -> new PassiveCheck(1, second, Duration.ZERO, 50)).hasMessageContaining("crossed");
        assertThatThrownBy(() -> new PassiveCheck(1, second, second, 101)).hasMessageContaining("101");
    }
}
