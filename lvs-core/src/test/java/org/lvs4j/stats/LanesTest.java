package org.lvs4j.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final Lanes lanes = new Lanes();

    @Test
    void take_asManyHoldersAsLanes_eachHasItsOwnAndTheNextNone() {
        List<Object> holders = new ArrayList<>();
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < Lanes.COUNT; i++) {
            holders.add(new Object());
            taken.add(lanes.take(holders.get(i)));
        }
        assertThat(taken).doesNotHaveDuplicates().allMatch(lane -> lane >= 0 && lane < Lanes.COUNT);
        assertThat(lanes.take(new Object())).isEqualTo(Lanes.SHARED);
        Reference.reachabilityFence(holders);
    }

    @Test
    void take_afterOneWasGivenBack_isThatOne() {
        List<Object> holders = new ArrayList<>();
        for (int i = 0; i < Lanes.COUNT; i++) {
            holders.add(new Object());
            lanes.take(holders.get(i));
        }
        lanes.giveBack(5);
        assertThat(lanes.take(this)).isEqualTo(5);
        assertThat(lanes.take(this)).isEqualTo(Lanes.SHARED);
        Reference.reachabilityFence(holders);
    }

    @Test
    void take_holderThatTheCollectorFindsGone_givesItsLaneBack() {
        for (int i = 0; i < Lanes.COUNT; i++) {
            lanes.take(new Object());
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        int lane = lanes.take(this);
        while (lane == Lanes.SHARED && System.nanoTime() < deadline) {
            System.gc();
            lane = lanes.take(this);
        }
        assertThat(lane).isNotEqualTo(Lanes.SHARED);
    }
}
