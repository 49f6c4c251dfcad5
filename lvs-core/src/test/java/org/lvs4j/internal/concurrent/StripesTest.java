package org.lvs4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StripesTest {
    private final Stripes stripes = new Stripes();

    @Test
    void take_moreHoldersThanStripes_eachHasItsOwnAndTheLastNone() {
        List<Object> holders = new ArrayList<>();
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < Stripes.COUNT; i++) {
            holders.add(new Object());
            taken.add(stripes.take(holders.get(i)));
        }
        assertThat(taken).doesNotHaveDuplicates().allMatch(stripe -> stripe >= 0 && stripe < Stripes.COUNT);
        assertThat(stripes.take(new Object())).isEqualTo(Stripes.SHARED);
        Reference.reachabilityFence(holders);
    }

    @Test
    void take_leaseEnded_stripeReused() {
        List<Object> holders = new ArrayList<>();
        for (int i = 0; i < Stripes.COUNT; i++) {
            holders.add(new Object());
            stripes.take(holders.get(i));
        }
        stripes.endLease(5);
        assertThat(stripes.take(this)).isEqualTo(5);
        assertThat(stripes.take(this)).isEqualTo(Stripes.SHARED);
        Reference.reachabilityFence(holders);
    }

    @Test
    void take_holderCollected_stripeReused() {
        for (int i = 0; i < Stripes.COUNT; i++) {
            stripes.take(new Object());
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        int stripe = stripes.take(this);
        while (stripe == Stripes.SHARED && System.nanoTime() < deadline) {
            System.gc();
            stripe = stripes.take(this);
        }
        assertThat(stripe).isNotEqualTo(Stripes.SHARED);
    }
}
