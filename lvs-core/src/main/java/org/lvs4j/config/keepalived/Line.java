package org.lvs4j.config.keepalived;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A line or a part of it, which knows the column of each of its characters, even where a definition was expanded. */
final class Line {
    private final String source;
    private final int number;
    private final String text;
    private final int first;
    private final int @Nullable [] columns;

    private Line(String source, int number, String text, int first, int @Nullable [] columns) {
        this.source = source;
        this.number = number;
        this.text = text;
        this.first = first;
        this.columns = columns;
    }

    /** A whole line of a file. */
    static Line of(String source, int number, String text) {
        return new Line(source, number, text, 1, null);
    }

    /** A text that stands for a use of a definition: every character is at the place of the use. */
    static Line at(Place place, String text) {
        int[] columns = new int[text.length()];
        Arrays.fill(columns, place.column());
        return new Line(place.source(), place.line(), text, place.column(), columns);
    }

    String text() {
        return text;
    }

    String source() {
        return source;
    }

    int number() {
        return number;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    int column(int index) {
        if (columns == null) {
            return first + index;
        }
        return index < columns.length ? columns[index] : columns.length == 0 ? first : columns[columns.length - 1] + 1;
    }

    Place place(int index) {
        return new Place(source, number, column(index));
    }

    Line part(int start, int end) {
        return new Line(
                source,
                number,
                text.substring(start, end),
                column(start),
                columns == null ? null : Arrays.copyOfRange(columns, start, end));
    }

    /** This line without blanks at both ends. */
    Line trimmed() {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return start == 0 && end == text.length() ? this : part(start, end);
    }

    /** The offset behind the blanks that begin at an offset. */
    int wordStart(int blank) {
        int start = blank;
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        return start;
    }

    /** The end of the word that begins at an offset. */
    int wordEnd(int start) {
        int end = start;
        while (end < text.length() && !isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\u000B' || c == '\f';
    }

    /** Builds a line of which parts have been replaced. */
    static final class Builder {
        private final Line original;
        private final StringBuilder text = new StringBuilder();
        private int[] columns;

        Builder(Line original) {
            this.original = original;
            columns = new int[original.text.length() + 16];
        }

        int length() {
            return text.length();
        }

        /**
         * Appends a part of a text.
         *
         * @param use the offset in the original line of the use for which the text stands, or -1 if the text is that of
         *     the line itself
         */
        void append(String from, int start, int end, int use) {
            int length = text.length();
            int longer = length + end - start;
            if (longer > columns.length) {
                columns = Arrays.copyOf(columns, Math.max(longer, columns.length * 2));
            }
            for (int i = start; i < end; i++) {
                columns[length + i - start] = original.column(use < 0 ? i : use);
            }
            text.append(from, start, end);
        }

        Line build() {
            return new Line(
                    original.source,
                    original.number,
                    text.toString(),
                    original.column(0),
                    Arrays.copyOf(columns, text.length()));
        }
    }
}
