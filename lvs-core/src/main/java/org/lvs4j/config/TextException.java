package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

/** An error at a place in a text: the text cannot be parsed there, or describes a change that is refused. */
public abstract class TextException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_CHARACTERS = 60;

    private final String source;
    private final int line;
    private final int column;
    private final String token;
    private final String expected;

    /**
     * An error at a place.
     *
     * @param source the name of the text
     * @param line from 1; 0 for a command line
     * @param column from 1
     * @param token the word at fault
     * @param expected what was expected in its place
     * @param message the whole message, with the place
     */
    protected TextException(String source, int line, int column, String token, String expected, String message) {
        super(message);
        this.source = requireNonNull(source, "source");
        this.line = line;
        this.column = column;
        this.token = requireNonNull(token, "token");
        this.expected = requireNonNull(expected, "expected");
    }

    /** A text made safe for a terminal: control characters replaced, cut to 60 characters. */
    protected static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(text.length(), SHOWN_CHARACTERS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return (end < text.length() ? shown.append("...") : shown).toString();
    }

    /** The name of the text, usually a file. */
    public final String source() {
        return source;
    }

    /** The line, from 1; 0 for a command line. */
    public final int line() {
        return line;
    }

    /**
     * The column of the token's first character, from 1; on a command line, as if its words were joined
     * by single blanks.
     */
    public final int column() {
        return column;
    }

    /** The word at fault, unchanged; empty at the end of a line or of the text. */
    public final String token() {
        return token;
    }

    /** What was expected in place of the token. */
    public final String expected() {
        return expected;
    }
}
