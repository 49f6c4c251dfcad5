package org.lvs4j.examples.standalone;

/**
 * The result of a command of {@code lvsadm}.
 *
 * @param exitCode 0..255, as ipvsadm would exit
 * @param output for standard output, newlines included
 * @param error for standard error, newlines included
 */
record Answer(int exitCode, String output, String error) {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int CONFIGURATION = 3;

    static Answer ok(String output) {
        return new Answer(OK, output, "");
    }

    static Answer error(int exitCode, String message) {
        return new Answer(exitCode, "", message.endsWith("\n") ? message : message + "\n");
    }
}
