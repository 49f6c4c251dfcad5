package org.lvs4j.replay.capture;

/**
 * The resolution and offset of the timestamps of a pcapng interface (options {@code if_tsresol} and
 * {@code if_tsoffset}).
 *
 * @param binary whether a second has a power of 2 of units, rather than a power of 10
 * @param exponent the exponent of that power, 0..127
 * @param offsetSeconds is added to each timestamp
 */
record TimeScale(boolean binary, int exponent, long offsetSeconds) {
    /** The default of an interface without options. */
    static final TimeScale MICROSECONDS = new TimeScale(false, 6, 0);

    /** The latest time, in 2242: later times do not fit into a long in nanoseconds. */
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

    /** The time scale for a value of the option {@code if_tsresol}. */
    static TimeScale of(int resolution, long offsetSeconds) {
        return new TimeScale((resolution & 0x80) != 0, resolution & 0x7f, offsetSeconds);
    }

    /**
     * Converts a timestamp to nanoseconds since 1970, clamped to 0 and {@link #MAX_SECONDS}.
     *
     * @param units an unsigned number
     */
    long nanos(long units) {
        long seconds = binary ? binarySeconds(units) : decimalSeconds(units);
        long nanos = binary ? binaryNanos(units) : decimalNanos(units);
        // With a resolution of one second the seconds are an unsigned number.
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
        long remainder = exponent > LONG_DIGITS ? units : Long.remainderUnsigned(units, POWERS_OF_TEN[exponent]);
        if (exponent <= NANO_DIGITS) {
            return remainder * POWERS_OF_TEN[NANO_DIGITS - exponent];
        }
        int surplus = exponent - NANO_DIGITS;
        return surplus > LONG_DIGITS ? 0 : Long.divideUnsigned(remainder, POWERS_OF_TEN[surplus]);
    }

    private long binarySeconds(long units) {
        return exponent >= Long.SIZE ? 0 : units >>> exponent;
    }

    private long binaryNanos(long units) {
        long remainder = exponent >= Long.SIZE ? units : units & ((1L << exponent) - 1);
        int bits = Math.min(exponent, Integer.SIZE);
        int surplus = exponent - bits;
        // 32 bits of the fraction resolve a nanosecond, and their product with 10^9 fits into a long.
        long fraction = surplus >= Long.SIZE ? 0 : remainder >>> surplus;
        return fraction * NANOS_PER_SECOND >>> bits;
    }
}
