package org.lvs4j.replay;

import org.lvs4j.config.TextException;

/**
 * A trace or a recording that cannot be read, or that has rules which the director refuses. The message
 * names the place.
 */
public final class TraceException extends TextException {
    private static final long serialVersionUID = 1;

    TraceException(String source, int line, int column, String token, String problem, String expected) {
        super(source, line, column, token, expected, source + ":" + line + ":" + column + ": " + problem);
    }

    /** A problem with a token; an empty token means the end of the line. */
    static TraceException at(String source, int line, int column, String token, String problem, String expected) {
        String what = token.isEmpty() ? "end of line" : "'" + printable(token) + "'";
        return new TraceException(
                source, line, column, token, problem + " " + what + "; expected " + expected, expected);
    }
}
