package org.lvs4j.internal.text;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times with a unit, as in what is ours in a file: {@code 500ms}, {@code 60s}, {@code 5m}, {@code 1h}. */
public final class UnitTime {
    private static final int MAX_DIGITS = 9;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long MINUTE_MILLIS = 60_000;
    private static final long SECOND_MILLIS = 1_000;

    private UnitTime() {}

    /** The time, or null if the text is none. */
    public static @Nullable Duration parse(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end == 0 || end > MAX_DIGITS) {
            return null;
        }
        long number = Long.parseLong(text.substring(0, end));
        return switch (text.substring(end)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> null;
        };
    }

    /** The time with the largest unit in which it is a whole number; less than a millisecond is dropped. */
    public static String print(Duration time) {
        long millis = time.toMillis();
        if (millis == 0) {
            return "0s";
        } else if (millis % HOUR_MILLIS == 0) {
            return millis / HOUR_MILLIS + "h";
        } else if (millis % MINUTE_MILLIS == 0) {
            return millis / MINUTE_MILLIS + "m";
        }
        return millis % SECOND_MILLIS == 0 ? millis / SECOND_MILLIS + "s" : millis + "ms";
    }
}
