package org.lvs4j.netty.discovery;

import org.lvs4j.config.TextException;

/** A file does not list servers. */
final class FileException extends TextException {
    private static final long serialVersionUID = 1;

    /**
     * An error at a place.
     *
     * @param source the name of the file
     * @param token the text at fault
     */
    FileException(String source, int line, int column, String token, String problem, String expected) {
        super(
                source,
                line,
                column,
                token,
                expected,
                source + ":" + line + ":" + column + ": " + problem
                        + (token.isEmpty() ? "" : " '" + printable(token) + "'")
                        + "; expected " + expected);
    }
}
