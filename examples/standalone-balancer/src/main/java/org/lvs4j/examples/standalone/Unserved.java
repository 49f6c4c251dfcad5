package org.lvs4j.examples.standalone;

/**
 * The reason why a plane cannot execute a command.
 *
 * @param problem what is wrong
 * @param expected what would be right
 */
record Unserved(String problem, String expected) {
    @Override
    public String toString() {
        return problem + "; expected " + expected;
    }
}
