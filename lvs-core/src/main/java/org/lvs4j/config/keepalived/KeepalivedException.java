package org.lvs4j.config.keepalived;

import java.util.List;
import org.lvs4j.config.TextException;

/**
 * A file of keepalived's language that is not accepted. The message names file, line and column, the problem, and what
 * was expected.
 */
public final class KeepalivedException extends TextException {
    private static final long serialVersionUID = 1;

    /** All errors of the same file, this one first; empty if this is the only one. */
    private KeepalivedException[] all = {};

    KeepalivedException(Place at, String token, String problem, String expected) {
        super(at.source(), at.line(), at.column(), token, expected, message(at, token, problem, expected));
    }

    /** Throws the first of some errors, which then lists all of them, if there are any. */
    static void throwIfAny(List<KeepalivedException> errors) throws KeepalivedException {
        if (!errors.isEmpty()) {
            KeepalivedException first = errors.get(0);
            first.all = errors.toArray(KeepalivedException[]::new);
            throw first;
        }
    }

    private static String message(Place at, String token, String problem, String expected) {
        String shown = printable(token);
        String quoted = shown.isEmpty() || problem.contains("'" + shown + "'") ? "" : " '" + shown + "'";
        return at + ": " + problem + quoted + "; expected " + expected;
    }

    /** A text made safe for a terminal and cut. */
    static String shown(String text) {
        return printable(text);
    }

    /**
     * All errors that were found in the same file and the files it includes, by file and line, this one first. At most
     * {@value KeepalivedFile#MAX_ERRORS}.
     *
     * @return at least this one; unmodifiable
     */
    public List<KeepalivedException> all() {
        return all.length == 0 ? List.of(this) : List.of(all);
    }
}
