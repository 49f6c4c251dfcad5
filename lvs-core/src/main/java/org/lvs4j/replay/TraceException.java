package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

/** A trace that cannot be read, or asks for something that the engine refuses: where, and what was expected there. */
public final class TraceException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_CHARS = 60;

    private final String source;
    private final int line;
    private final int column;
    private final String token;
    private final String expected;

    TraceException(String source, int line, int column, String token, String problem, String expected) {
        super(source + ":" + line + ":" + column + ": " + problem);
        this.source = requireNonNull(source, "source");
        this.line = line;
        this.column = column;
        this.token = token;
        this.expected = expected;
    }

    /** A problem with a token; an empty one is the end of a line. */
    static TraceException at(String source, int line, int column, String token, String problem, String expected) {
        String what = token.isEmpty() ? "end of line" : "'" + printable(token) + "'";
        return new TraceException(
                source, line, column, token, problem + " " + what + "; expected " + expected, expected);
    }

    /** The text without control characters and not too long, fit for a terminal. */
    private static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(text.length(), SHOWN_CHARS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return (end < text.length() ? shown.append("...") : shown).toString();
    }

    /** The name under which the trace was read. */
    public String source() {
        return source;
    }

    /** The line, counted from 1. */
    public int line() {
        return line;
    }

    /** The column of the offending token's first character, counted from 1. */
    public int column() {
        return column;
    }

    /** The offending token; empty at the end of a line or of the trace. */
    public String token() {
        return token;
    }

    /** What should have stood there. */
    public String expected() {
        return expected;
    }
}
