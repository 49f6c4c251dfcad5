package org.lvs4j.examples.standalone;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values that an option takes. */
record NumberRange(int least, int most) {
    /** By the name of the option, preceded by that of the command where commands differ. */
    private static final Map<String, NumberRange> OPTIONS = Map.ofEntries(
            Map.entry("run --mtu", new NumberRange(1280, 65_535)),
            Map.entry("replay --mtu", new NumberRange(68, 65_535)),
            Map.entry("--table", new NumberRange(256, 30_000)),
            Map.entry("--threads", new NumberRange(1, 4096)),
            Map.entry("--acceptors", new NumberRange(1, 1024)),
            Map.entry("--retries", new NumberRange(0, 100)),
            Map.entry("--max-connections", new NumberRange(1, Integer.MAX_VALUE - 1)),
            Map.entry("--retry-unanswered", new NumberRange(0, 65_536)),
            Map.entry("--access-log-files", new NumberRange(0, 1000)),
            Map.entry("--udp-flows", new NumberRange(1, Integer.MAX_VALUE - 1)),
            Map.entry("--max-entries", new NumberRange(1, Integer.MAX_VALUE)),
            Map.entry("--max-templates", new NumberRange(1, Integer.MAX_VALUE)));

    /** The range of an option of a command, or null if it takes no number. */
    static @Nullable NumberRange of(String command, String option) {
        NumberRange range = OPTIONS.get(option);
        return range == null ? OPTIONS.get(command + " " + option) : range;
    }

    /**
     * Refuses a value that is out of range.
     *
     * @param value null if the option is missing
     * @throws IllegalArgumentException naming the option
     */
    static void require(String option, @Nullable Integer value) {
        NumberRange range = OPTIONS.get(option);
        if (value != null && range != null && (value < range.least || value > range.most)) {
            throw new IllegalArgumentException(option + " " + value + " is outside " + range);
        }
    }

    @Override
    public String toString() {
        return least + ".." + most;
    }

    /** Reads a number, with an error in plain words. */
    static final class Converter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                return Integer.valueOf(text);
            } catch (NumberFormatException e) {
                boolean whole = text.matches("[+-]?\\d+");
                throw new TypeConversionException(
                        "'" + text + "' is " + (whole ? "too large a number" : "not a whole number"));
            }
        }
    }
}
