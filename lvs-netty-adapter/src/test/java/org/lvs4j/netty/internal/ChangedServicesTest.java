package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class ChangedServicesTest {
    private static final ServiceKey ONE = ServiceKey.tcp("10.0.0.1:80");
    private static final ServiceKey TWO = ServiceKey.tcp("10.0.0.2:80");

    private final Director director = Director.create();

    private ChangedServices collectAdditions() {
        return ChangedServices.of(
                director,
                change -> change instanceof ConfigurationChange.ServiceAdded added
                        ? added.service().key()
                        : null);
    }

    private void add(ServiceKey key) {
        director.addService(VirtualService.builder(key).build());
    }

    @Test
    void take_atFirst_everyServiceInOrder() {
        add(TWO);
        add(ONE);

        assertThat(collectAdditions().take()).containsExactly(TWO, ONE);
    }

    @Test
    void take_afterTake_onlyChangesSinceThen() {
        ChangedServices changed = collectAdditions();
        add(ONE);
        changed.take();
        assertThat(changed.take()).isEmpty();

        add(TWO);
        director.removeService(ONE);

        assertThat(changed.take()).containsExactly(TWO);
    }

    @Test
    void putBack_takenKeys_areTakenAgainWithNewOnes() {
        ChangedServices changed = collectAdditions();
        add(TWO);
        changed.putBack(List.of(ONE));

        assertThat(changed.take()).containsExactly(TWO, ONE);
    }

    @Test
    void close_thenChange_nothingIsCollected() {
        ChangedServices changed = collectAdditions();
        changed.close();
        add(ONE);

        assertThat(changed.take()).isEmpty();
    }
}
