package org.lvs4j.examples.standalone;

import org.jspecify.annotations.Nullable;

/** The daemon cannot start, or cannot continue; the message is for the operator. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
