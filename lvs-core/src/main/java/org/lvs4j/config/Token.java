package org.lvs4j.config;

/**
 * A word of a rule and where it stands.
 *
 * @param source the name of the text
 * @param line from 1; 0 for a command line
 * @param column of its first character, from 1
 * @param text the word
 */
record Token(String source, int line, int column, String text) {
    /** What of this word starts at an offset. */
    Token from(int offset) {
        return new Token(source, line, column + offset, text.substring(offset));
    }

    /** The part of this word between two offsets. */
    Token between(int start, int end) {
        return new Token(source, line, column + start, text.substring(start, end));
    }

    /** The error of a word that ipvsadm itself refuses. */
    RuleException misused(String problem, String expected) {
        return error(RuleException.EXIT_USAGE, problem, expected);
    }

    RuleException error(int exitCode, String problem, String expected) {
        return new RuleException(this, exitCode, problem, expected);
    }
}
