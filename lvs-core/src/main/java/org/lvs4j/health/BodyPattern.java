package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an answer must, or must not, contain. Immutable.
 *
 * @param pattern the regular expression, in Java's dialect
 * @param expected whether it must be found; false if it must not be found ({@code regex_no_match})
 * @param minOffset where the match must start at the earliest, in characters of the body
 * @param maxOffset before which it must start; {@link Integer#MAX_VALUE} for anywhere
 */
public record BodyPattern(Pattern pattern, boolean expected, int minOffset, int maxOffset) {
    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if the offsets are negative or crossed
     */
    public BodyPattern {
        requireNonNull(pattern, "pattern");
        if (minOffset < 0 || maxOffset < minOffset) {
            throw new IllegalArgumentException("offsets " + minOffset + ".." + maxOffset + " are negative or crossed");
        }
    }

    /** Two patterns are equal if their expressions, flags, sense and offsets are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BodyPattern that
                && pattern.pattern().equals(that.pattern.pattern())
                && pattern.flags() == that.pattern.flags()
                && expected == that.expected
                && minOffset == that.minOffset
                && maxOffset == that.maxOffset;
    }

    @Override
    public int hashCode() {
        return pattern.pattern().hashCode() * 31 + minOffset;
    }
}
