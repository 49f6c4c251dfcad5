package org.lvs4j.config;

/**
 * A rule that cannot be read, or that the director refuses. Says where it stands, what is wrong, and what was expected.
 *
 * <p>The problem is worded as {@code ipvsadm} words it, where that is known.
 */
public final class RuleException extends Exception {
    static final int EXIT_NOT_LISTED = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_REFUSED = 255;

    private static final long serialVersionUID = 1;
    private static final int SHOWN_CHARACTERS = 60;

    private final String source;
    private final int line;
    private final int column;
    private final String token;
    private final String expected;
    private final int exitCode;

    RuleException(Token at, int exitCode, String problem, String expected) {
        super(message(at, problem, expected));
        this.source = at.source();
        this.line = at.line();
        this.column = at.column();
        this.token = at.text();
        this.expected = expected;
        this.exitCode = exitCode;
    }

    private static String message(Token at, String problem, String expected) {
        StringBuilder text = new StringBuilder();
        if (at.line() > 0) {
            text.append(at.source()).append(':').append(at.line()).append(':').append(at.column()).append(": ");
        }
        text.append(problem);
        String shown = printable(at.text());
        if (!problem.contains("`" + shown + "'") && !problem.startsWith(shown + ":")) {
            text.append(" '").append(shown).append('\'');
        }
        return text.append("; expected ").append(expected).toString();
    }

    /** The text without control characters and not too long, fit for a terminal. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(text.length(), SHOWN_CHARACTERS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return (end < text.length() ? shown.append("...") : shown).toString();
    }

    /** The name of the text, usually a file. */
    public String source() {
        return source;
    }

    /** The line, from 1; 0 for a command line. */
    public int line() {
        return line;
    }

    /** The column of the token's first character, from 1; on a command line, as if blanks stood between its words. */
    public int column() {
        return column;
    }

    /** The word at fault, as it was given. */
    public String token() {
        return token;
    }

    /** What should have stood there. */
    public String expected() {
        return expected;
    }

    /** The exit status of {@code ipvsadm} for such an error: 2 for a malformed rule, 255 for a refused one, 1 for nothing to list. */
    public int ipvsadmExitCode() {
        return exitCode;
    }
}
