package org.lvs4j.examples.standalone;

/** The daemon cannot start, or cannot continue; the message is for the operator. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
