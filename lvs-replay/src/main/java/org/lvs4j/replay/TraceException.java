package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

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

    /**
     * A problem with a token.
     *
     * @param source the name of the trace
     * @param line the line, from 1
     * @param column the column, from 1
     * @param token the token; empty for the end of the line
     * @param problem what is wrong with it, before the token in the message
     * @param expected what was expected instead
     */
    public static TraceException at(
            String source, int line, int column, String token, String problem, String expected) {
        requireNonNull(source, "source");
        requireNonNull(problem, "problem");
        requireNonNull(expected, "expected");
        String what = requireNonNull(token, "token").isEmpty() ? "end of line" : "'" + printable(token) + "'";
        return new TraceException(
                source, line, column, token, problem + " " + what + "; expected " + expected, expected);
    }
}
