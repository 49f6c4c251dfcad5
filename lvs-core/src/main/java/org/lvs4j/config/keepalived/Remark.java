package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

/**
 * A sentence about a place in a file. Immutable.
 *
 * @param source the name of the file
 * @param line from 1
 * @param column from 1
 * @param text the sentence, without a full stop
 */
public record Remark(String source, int line, int column, String text) {
    public Remark {
        requireNonNull(source, "source");
        requireNonNull(text, "text");
    }

    static Remark at(Place place, String text) {
        return new Remark(place.source(), place.line(), place.column(), text);
    }

    /** For example {@code lb.conf:3:5: nb_get_retry is the old name of retry}. */
    @Override
    public String toString() {
        return source + ":" + line + ":" + column + ": " + text;
    }
}
