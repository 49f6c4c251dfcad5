package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an answer must, or must not, contain. Immutable.
 *
 * <p>The body is searched as it was sent, a chunked one with its chunk sizes, and without the header. It is read as
 * UTF-8, or as ISO-8859-1 if it is not valid UTF-8. The first {@value #MAX_BODY_BYTES} bytes are searched. An expression
 * that takes too many steps, or too deep a stack, fails the probe.
 *
 * @param pattern the regular expression, in Java's dialect
 * @param expected whether it must be found; false if it must not be found ({@code regex_no_match})
 * @param minOffset where the match must start at the earliest, in characters of the body
 * @param maxOffset before which it must start; {@link Integer#MAX_VALUE} for anywhere
 */
public record BodyPattern(Pattern pattern, boolean expected, int minOffset, int maxOffset) {
    /** The part of a body that is searched: its first {@value} bytes. */
    public static final int MAX_BODY_BYTES = 1 << 20;

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
