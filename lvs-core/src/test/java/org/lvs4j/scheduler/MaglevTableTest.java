package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The remainder without a division. */
final class MaglevTableTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 251, 4093, 16_381, 65_537, Integer.MAX_VALUE})
    void remainder_anyHash_equalsDivision(int size) {
        long reciprocal = Long.divideUnsigned(-1, size) + 1;
        SplittableRandom random = new SplittableRandom(size);
        for (int i = 0; i < 20_000; i++) {
            // Near multiples of the size, near both ends of the range, and at random.
            int multiple = size * (random.nextInt() >>> 1);
            int hash = switch (i % 4) {
                case 0 -> multiple + i % 3 - 1;
                case 1 -> i - 10_000;
                case 2 -> Integer.MIN_VALUE + i - 10_000;
                default -> random.nextInt();
            };
            assertThat(MaglevTable.remainder(hash, size, reciprocal))
                    .as("%s", Integer.toUnsignedString(hash))
                    .isEqualTo(Integer.remainderUnsigned(hash, size));
        }
    }
}
