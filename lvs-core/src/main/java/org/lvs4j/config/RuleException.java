package org.lvs4j.config;

/**
 * A rule that cannot be read, or that the director refuses. Says where it stands, what is wrong, and what was expected.
 *
 * <p>The problem is worded as {@code ipvsadm} words it, where that is known.
 */
public final class RuleException extends TextException {
    static final int EXIT_NOT_LISTED = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_REFUSED = 255;

    private static final long serialVersionUID = 1;

    private final int exitCode;

    RuleException(Token at, int exitCode, String problem, String expected) {
        super(at.source(), at.line(), at.column(), at.text(), expected, message(at, problem, expected));
        this.exitCode = exitCode;
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
        if (!problem.contains("`" + shown + "'") && !problem.startsWith(shown + ":")) {
            text.append(" '").append(shown).append('\'');
        }
        return text.append("; expected ").append(expected).toString();
    }

    /** The exit status of {@code ipvsadm} for such an error: 2 for a malformed rule, 255 for a refused one, 1 for nothing to list. */
    public int ipvsadmExitCode() {
        return exitCode;
    }
}
