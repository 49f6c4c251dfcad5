package org.lvs4j.replay;

import org.lvs4j.config.TextException;

/** A trace that cannot be read, or asks for something that the engine refuses. */
public final class TraceException extends TextException {
    private static final long serialVersionUID = 1;

    TraceException(String source, int line, int column, String token, String problem, String expected) {
        super(source, line, column, token, expected, source + ":" + line + ":" + column + ": " + problem);
    }

    /** A problem with a token; an empty one is the end of a line. */
    static TraceException at(String source, int line, int column, String token, String problem, String expected) {
        String what = token.isEmpty() ? "end of line" : "'" + printable(token) + "'";
        return new TraceException(
                source, line, column, token, problem + " " + what + "; expected " + expected, expected);
    }
}
