package org.lvs4j.config;

import java.util.List;

/**
 * A rule that cannot be parsed, or that the director refuses. The message names the place, the problem, and
 * what was expected.
 *
 * <p>The wording of the problem is that of {@code ipvsadm}, where that is known.
 */
public final class RuleException extends TextException {
    static final int EXIT_NOT_LISTED = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_REFUSED = 255;

    private static final long serialVersionUID = 1;

    private final int exitCode;

    /** All errors of the same text, this one first; empty if this is the only one. */
    private RuleException[] all = {};

    RuleException(Token at, int exitCode, String problem, String expected) {
        super(at.source(), at.line(), at.column(), at.text(), expected, message(at, problem, expected));
        this.exitCode = exitCode;
    }

    /** Throws the first of some errors, which then lists all of them, if there are any. */
    static void throwIfAny(List<RuleException> errors) throws RuleException {
        if (!errors.isEmpty()) {
            RuleException first = errors.get(0);
            first.all = errors.toArray(RuleException[]::new);
            throw first;
        }
    }

    private static String message(Token at, String problem, String expected) {
        StringBuilder text = new StringBuilder();
        if (at.line() > 0) {
            text.append(at.source())
                    .append(':')
                    .append(at.line())
                    .append(':')
                    .append(at.column())
                    .append(": ");
        }
        text.append(problem);
        String shown = printable(at.text());
        if (!problem.contains("`" + shown + "'")
                && !problem.startsWith(shown + ":")
                && !problem.endsWith(" " + shown)) {
            text.append(" '").append(shown).append('\'');
        }
        return text.append("; expected ").append(expected).toString();
    }

    /**
     * The exit status of {@code ipvsadm} for such an error: 2 for a malformed rule, 255 for a refused one, 1 for
     * nothing to list.
     */
    public int ipvsadmExitCode() {
        return exitCode;
    }

    /**
     * All errors that were found in the same text, in its order, this one first. A text is read to its end, or to the
     * {@value Rules#MAX_ERRORS}th error.
     *
     * @return at least this one; unmodifiable
     */
    public List<RuleException> all() {
        return all.length == 0 ? List.of(this) : List.of(all);
    }
}
