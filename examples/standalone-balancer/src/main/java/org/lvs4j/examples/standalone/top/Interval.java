package org.lvs4j.examples.standalone.top;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The time between two looks: {@code 500ms}, {@code 2s}, {@code 1m}. */
final class Interval {
    private static final Pattern FORM = Pattern.compile("(\\d{1,7})(ms|s|m)");
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Interval() {}

    /**
     * Reads a time.
     *
     * @throws IllegalArgumentException if it is not one, or too short or too long
     */
    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration; expected one like 500ms, 2s or 1m");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("--interval " + text + " is outside 100ms..1h");
        }
        return duration;
    }

    static String print(Duration interval) {
        return "every " + (interval.toMillis() % 1000 == 0 ? interval.toSeconds() + "s" : interval.toMillis() + "ms");
    }
}
