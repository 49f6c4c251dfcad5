package org.lvs4j.replay.capture;

/**
 * How the clock of an interface counts: so many units a second, from some second on.
 *
 * @param binary whether a unit is a second divided by a power of 2 rather than 10
 * @param exponent of that power, 0 to 127
 * @param offsetSeconds what is to be added
 */
record TimeScale(boolean binary, int exponent, long offsetSeconds) {
    /** What an interface has that says nothing. */
    static final TimeScale MICROSECONDS = new TimeScale(false, 6, 0);

    /** Some time in 2242: later ones would not fit into nanoseconds. */
    static final long MAX_SECONDS = (1L << 33) - 1;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int NANO_DIGITS = 9;
    private static final int LONG_DIGITS = 19;
    private static final long[] POWERS_OF_TEN = powersOfTen();

    private static long[] powersOfTen() {
        long[] powers = new long[LONG_DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** As the option for the resolution has it. */
    static TimeScale of(int resolution, long offsetSeconds) {
        return new TimeScale((resolution & 0x80) != 0, resolution & 0x7f, offsetSeconds);
    }

    /**
     * Nanoseconds since 1970, at least 0 and at most what {@link #MAX_SECONDS} allow.
     *
     * @param units without a sign
     */
    long nanos(long units) {
        long seconds = binary ? binarySeconds(units) : decimalSeconds(units);
        long nanos = binary ? binaryNanos(units) : decimalNanos(units);
        // Seconds are at most half of what a long holds unless a unit is a second: then they have no sign.
        long bounded = Long.compareUnsigned(seconds, MAX_SECONDS) > 0 ? MAX_SECONDS : seconds;
        long shifted = Math.max(0, Math.min(MAX_SECONDS, bounded + clamp(offsetSeconds)));
        return shifted * NANOS_PER_SECOND + nanos;
    }

    private static long clamp(long seconds) {
        return Math.max(-MAX_SECONDS, Math.min(MAX_SECONDS, seconds));
    }

    private long decimalSeconds(long units) {
        return exponent > LONG_DIGITS ? 0 : Long.divideUnsigned(units, POWERS_OF_TEN[exponent]);
    }

    private long decimalNanos(long units) {
        long rest = exponent > LONG_DIGITS ? units : Long.remainderUnsigned(units, POWERS_OF_TEN[exponent]);
        if (exponent <= NANO_DIGITS) {
            return rest * POWERS_OF_TEN[NANO_DIGITS - exponent];
        }
        int surplus = exponent - NANO_DIGITS;
        return surplus > LONG_DIGITS ? 0 : Long.divideUnsigned(rest, POWERS_OF_TEN[surplus]);
    }

    private long binarySeconds(long units) {
        return exponent >= Long.SIZE ? 0 : units >>> exponent;
    }

    private long binaryNanos(long units) {
        long rest = exponent >= Long.SIZE ? units : units & ((1L << exponent) - 1);
        int bits = Math.min(exponent, Integer.SIZE);
        int surplus = exponent - bits;
        // Of the fraction 32 bits are enough, and their product with a billion fits.
        long fraction = surplus >= Long.SIZE ? 0 : rest >>> surplus;
        return fraction * NANOS_PER_SECOND >>> bits;
    }
}
