package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file whose number is followed. A missing file and one without a number count as 0. Immutable.
 *
 * @param name its name in the configuration
 * @param path where it is
 * @param initial what is written to it at the start; null for nothing
 */
public record TrackedFile(String name, Path path, @Nullable Initial initial) {
    /**
     * What is written to a file at the start.
     *
     * @param value the number
     * @param overwrite whether a file that exists is replaced
     */
    public record Initial(int value, boolean overwrite) {}

    public TrackedFile {
        requireNonNull(name, "name");
        requireNonNull(path, "path");
    }

    /**
     * The number at the beginning of a text, as C's {@code strtol} with base 0 reads it: blanks, a sign, then decimal
     * digits, {@code 0x} and hexadecimal ones, or {@code 0} and octal ones. What follows is ignored.
     *
     * @param text what the file contains; empty for a missing file
     * @return 0 if there is no number; the nearest value if it is outside the range of an int
     */
    public static int number(String text) {
        int length = requireNonNull(text, "text").length();
        int i = 0;
        while (i < length && (text.charAt(i) == ' ' || (text.charAt(i) >= '\t' && text.charAt(i) <= '\r'))) {
            i++;
        }
        boolean negative = i < length && text.charAt(i) == '-';
        if (negative || (i < length && text.charAt(i) == '+')) {
            i++;
        }
        int base = 10;
        if (i < length && text.charAt(i) == '0') {
            base = 8;
            if (i + 2 < length
                    && (text.charAt(i + 1) == 'x' || text.charAt(i + 1) == 'X')
                    && Character.digit(text.charAt(i + 2), 16) >= 0) {
                base = 16;
                i += 2;
            }
        }
        long value = 0;
        for (; i < length && text.charAt(i) < 128; i++) {
            int digit = Character.digit(text.charAt(i), base);
            if (digit < 0) {
                break;
            }
            value = Math.min(value * base + digit, 1L << 32);
        }
        return (int) Math.max(Integer.MIN_VALUE, Math.min(negative ? -value : value, Integer.MAX_VALUE));
    }
}
