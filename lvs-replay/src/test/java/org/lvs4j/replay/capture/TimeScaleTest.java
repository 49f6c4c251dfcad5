package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimeScaleTest {
    private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

    @ParameterizedTest
    @CsvSource({
        "6, 0, 1500000, 1500000000",
        "0, 0, 3, 3000000000",
        "3, 0, 1500, 1500000000",
        "9, 0, 1500000000, 1500000000",
        "12, 0, 1500000000999, 1500000000",
        "6, 5, 1, 5000001000",
        "6, -5, 1, 1000",
        "9, 9223372036854775807, 7, 8589934591000000007",
        "9, -9223372036854775808, 7, 7",
        "0, 0, -1, 8589934591000000000",
        "128, 0, -1, 8589934591000000000",
        "129, 0, 3, 1500000000",
        "160, 0, 4294967296, 1000000000"
    })
    void nanos_resolutionAndOffset_converted(int resolution, long offset, long units, long nanos) {
        assertThat(TimeScale.of(resolution, offset).nanos(units)).isEqualTo(nanos);
    }

    @Test
    void nanos_anyResolution_equalsBigIntegerResult() {
        SplittableRandom random = new SplittableRandom(7);
        for (int resolution = 0; resolution < 256; resolution++) {
            for (int i = 0; i < 50; i++) {
                long units = random.nextLong() >>> random.nextInt(64);
                BigInteger exact = exact(resolution, units);
                long nanos = TimeScale.of(resolution, 0).nanos(units);
                if (exact.divide(NANOS).compareTo(BigInteger.valueOf(TimeScale.MAX_SECONDS)) > 0) {
                    assertThat(nanos / 1_000_000_000).isEqualTo(TimeScale.MAX_SECONDS);
                } else {
                    assertThat(nanos)
                            .as("resolution %d, units %d", resolution, units)
                            .isEqualTo(exact.longValueExact());
                }
            }
        }
    }

    private static BigInteger exact(int resolution, long units) {
        BigInteger all = new BigInteger(Long.toUnsignedString(units));
        int exponent = resolution & 0x7f;
        if (resolution < 128) {
            return all.multiply(NANOS).divide(BigInteger.TEN.pow(exponent));
        }
        // The scale uses 32 bits of the fraction.
        BigInteger seconds = all.shiftRight(exponent);
        BigInteger remainder = all.subtract(seconds.shiftLeft(exponent));
        int bits = Math.min(32, exponent);
        return seconds.multiply(NANOS)
                .add(remainder.shiftRight(exponent - bits).multiply(NANOS).shiftRight(bits));
    }
}
