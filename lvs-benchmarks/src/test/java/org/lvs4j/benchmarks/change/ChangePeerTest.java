package org.lvs4j.benchmarks.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.ConfigurationChange;

@Tag("slow")
class ChangePeerTest {
    private static final int SERVICES = 20;

    @ParameterizedTest
    @EnumSource
    void make_twoCycles_exactlyThePlannedChanges(ChangePeer peer) throws Exception {
        ConfiguredDirector configured = new ConfiguredDirector(SERVICES);
        List<ConfigurationChange> made = new ArrayList<>();
        try (WeightChange change = peer.prepare(configured)) {
            configured.director().addListener(made::add);
            for (int i = 0; i < 2 * ConfiguredDirector.STEPS; i++) {
                change.make(i % ConfiguredDirector.STEPS);
                configured.check(i % ConfiguredDirector.STEPS);
            }
        }
        List<ConfigurationChange> expected = new ArrayList<>(configured.steps());
        expected.addAll(configured.steps());
        assertThat(made).isEqualTo(expected);
        assertThat(configured.director().services()).hasSize(SERVICES);
    }

    @Test
    void steps_manyServices_eightServicesSpreadOverTheList() throws Exception {
        List<String> changed = new ConfiguredDirector(SERVICES)
                .steps().stream()
                        .map(step -> step.service().toString().replaceAll(":.*", ""))
                        .distinct()
                        .toList();
        assertThat(changed)
                .hasSize(8)
                .startsWith("TCP 127.1.0.0", "TCP 127.1.0.2", "TCP 127.1.0.5", "TCP 127.1.0.7")
                .endsWith("TCP 127.1.0.17");
    }

    @Test
    void check_changeNotMade_runFails() throws Exception {
        ChangeBenchmark benchmark = new ChangeBenchmark();
        benchmark.peer = ChangePeer.EDIT_SERVER;
        benchmark.services = SERVICES;
        benchmark.prepare();
        benchmark.change();
        benchmark.check();
        assertThatThrownBy(() -> new ConfiguredDirector(SERVICES).check(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("127.1.0.0");
    }
}
