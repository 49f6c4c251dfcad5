package org.lvs4j.health;

/** Text that becomes part of a line of a request. */
final class SingleLine {
    private SingleLine() {}

    /** Whether a text ends no line: such a text could add lines of its own to a request. */
    static boolean is(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0 && text.indexOf('\0') < 0;
    }
}
