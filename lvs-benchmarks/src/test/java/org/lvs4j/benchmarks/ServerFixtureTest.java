package org.lvs4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lvs4j.scheduler.Servers;

class ServerFixtureTest {
    @Test
    void fixture_weights_inRangeAndVaried() {
        Servers servers = new ServerFixture(100).servers();
        assertThat(servers.size()).isEqualTo(100);
        int[] weights = IntStream.range(0, 100).map(servers::weight).toArray();
        assertThat(IntStream.of(weights)).allMatch(weight -> weight >= 1 && weight <= ServerFixture.MAX_WEIGHT);
        assertThat(IntStream.of(weights).distinct().count()).isGreaterThan(30);
    }

    @Test
    void fixture_connections_countedAsActiveAndInactive() {
        ServerFixture fixture = new ServerFixture(100);
        Servers servers = fixture.servers();
        long active = IntStream.range(0, 100).map(servers::active).sum();
        long inactive = IntStream.range(0, 100).map(servers::inactive).sum();
        assertThat(active).isGreaterThan(100);
        assertThat(inactive).isGreaterThan(100);
        assertThat(fixture.liveConnections()).isEqualTo(active + inactive);
    }

    @Test
    void fixture_builtTwice_sameServers() {
        Servers one = new ServerFixture(50).servers();
        Servers two = new ServerFixture(50).servers();
        for (int i = 0; i < 50; i++) {
            assertThat(new int[] {one.weight(i), one.active(i), one.inactive(i)})
                    .containsExactly(two.weight(i), two.active(i), two.inactive(i));
        }
    }

    @Test
    void schedulers_plannedScheduler_notListed() {
        assertThat(ServerFixture.schedulers())
                .contains("rr", "wrr", "lc", "wlc")
                .doesNotContain(PlannedScheduler.NAME);
    }

    @Test
    void scheduler_unknownName_namedInError() {
        assertThatThrownBy(() -> new ServerFixture(1).scheduler("nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nonsense'")
                .hasMessageContaining("wrr");
    }
}
