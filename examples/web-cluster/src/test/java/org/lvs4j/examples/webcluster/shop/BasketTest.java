package org.lvs4j.examples.webcluster.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BasketTest {
    @Test
    void without_order_whatWasAddedMeanwhileStays() {
        Basket ordered = Basket.empty().plus(1, 2).plus(2, 1);
        Basket now = ordered.plus(1, 3).plus(7, 1).without(2);

        Basket left = now.without(ordered);

        assertThat(left.counts()).isEqualTo(Map.of(1, 3, 7, 1));
        assertThat(left.token()).isNotEqualTo(ordered.token());
        assertThat(ordered.without(ordered).isEmpty()).isTrue();
    }

    @Test
    void content_equalForEqualContent() {
        Basket one = Basket.empty().plus(1, 2).plus(2, 1);

        assertThat(one.content()).isEqualTo(Basket.empty().plus(2, 1).plus(1, 2).content());
        assertThat(one.content()).isNotEqualTo(one.plus(2, 1).content());
    }
}
