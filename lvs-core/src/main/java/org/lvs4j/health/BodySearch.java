package org.lvs4j.health;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The start of a body, and the search for a pattern in it.
 *
 * <p>The JDK's matcher backtracks: an expression such as {@code (a+)+b} takes a time that doubles with each character. It
 * reads the body through {@link Steps}, which ends the search after a number of reads that every reasonable expression
 * stays below. So a search takes at most a few tenths of a second, and a few milliseconds for a body of some kilobytes.
 */
final class BodySearch {
    private static final int FIRST_BYTES = 1024;
    private static final long MIN_STEPS = 1_000_000;
    private static final long STEPS_PER_CHARACTER = 32;

    private final BodyPattern pattern;
    private byte[] body = new byte[0];
    private int length;

    BodySearch(BodyPattern pattern) {
        this.pattern = pattern;
    }

    /** Stores bytes, until there are {@link BodyPattern#MAX_BODY_BYTES}. */
    void add(ByteBuffer data) {
        int count = Math.min(data.remaining(), BodyPattern.MAX_BODY_BYTES - length);
        if (count > body.length - length) {
            int larger = Math.max(FIRST_BYTES, Math.max(length + count, 2 * body.length));
            body = Arrays.copyOf(body, Math.min(larger, BodyPattern.MAX_BODY_BYTES));
        }
        data.get(body, length, count);
        length += count;
    }

    /** Why the body is not what it should be, or null. */
    @Nullable
    String problem() {
        CharSequence text = text();
        Matcher matcher = pattern.pattern().matcher(new Steps(text, MIN_STEPS + STEPS_PER_CHARACTER * text.length()));
        boolean found;
        try {
            found = pattern.minOffset() <= text.length()
                    && matcher.find(pattern.minOffset())
                    && matcher.start() < pattern.maxOffset();
        } catch (TooManySteps e) {
            return "the regular expression takes too many steps on this body";
        } catch (StackOverflowError e) {
            return "the regular expression needs too deep a stack on this body";
        }
        if (found == pattern.expected()) {
            return null;
        }
        return found ? "the body matches the regular expression" : "the body does not match the regular expression";
    }

    private CharSequence text() {
        ByteBuffer bytes = ByteBuffer.wrap(body, 0, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes);
        } catch (CharacterCodingException e) {
            if (length == BodyPattern.MAX_BODY_BYTES) {
                return textWithoutLastCharacter();
            }
            return new String(body, 0, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** The stored part of a longer body may end within a character. */
    private CharSequence textWithoutLastCharacter() {
        int end = length - 1;
        while (end > length - 4 && (body[end] & 0xC0) == 0x80) {
            end--;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body, 0, end));
        } catch (CharacterCodingException e) {
            return new String(body, 0, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** A text that can be read a limited number of times. */
    private static final class Steps implements CharSequence {
        private final CharSequence text;
        private long left;

        Steps(CharSequence text, long left) {
            this.text = text;
            this.left = left;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /** Ends a search from within the matcher. */
    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }
}
