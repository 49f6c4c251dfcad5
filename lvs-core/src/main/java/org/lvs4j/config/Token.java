package org.lvs4j.config;

/**
 * A word of a rule and its place.
 *
 * @param source the name of the text
 * @param line its line, from 1; 0 on a command line
 * @param column the column of its first character, from 1
 * @param text the word
 */
record Token(String source, int line, int column, String text) {
    /** The rest of this word from an offset on. */
    Token from(int offset) {
        return new Token(source, line, column + offset, text.substring(offset));
    }

    /** The part of this word between two offsets. */
    Token between(int start, int end) {
        return new Token(source, line, column + start, text.substring(start, end));
    }

    /** An error that ipvsadm itself finds in a command line, with its exit status for wrong usage. */
    RuleException misused(String problem, String expected) {
        return error(RuleException.EXIT_USAGE, problem, expected);
    }

    RuleException error(int exitCode, String problem, String expected) {
        return new RuleException(this, exitCode, problem, expected);
    }
}
