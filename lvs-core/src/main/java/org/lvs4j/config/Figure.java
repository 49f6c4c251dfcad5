package org.lvs4j.config;

/**
 * Prints unsigned figures of traffic, nine characters wide; large ones rounded down, in thousands, millions and so on.
 */
final class Figure {
    private static final long[] LIMITS = {100_000_000L, 1_000_000_000L, 100_000_000_000L, 100_000_000_000_000L};
    private static final long[] UNITS = {1, 1_000, 1_000_000, 1_000_000_000L};

    private Figure() {}

    static String rounded(long figure) {
        for (int i = 0; i < LIMITS.length; i++) {
            if (Long.compareUnsigned(figure, LIMITS[i]) < 0) {
                return i == 0 ? Listing.format("%9d", figure) : inUnit(figure, UNITS[i], "KMG".charAt(i - 1));
            }
        }
        return inUnit(figure, 1_000_000_000_000L, 'T');
    }

    private static String inUnit(long figure, long unit, char letter) {
        return Listing.format("%8d%c", Long.divideUnsigned(figure, unit), letter);
    }

    /** All digits, after at least one blank. */
    static String exact(long figure) {
        return Listing.format(" %8s", Long.toUnsignedString(figure));
    }
}
