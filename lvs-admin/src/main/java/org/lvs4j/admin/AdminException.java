package org.lvs4j.admin;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The endpoint cannot start, or what it was asked to do was refused. The message is for operators. */
public final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A refusal in one sentence. */
    public AdminException(String message) {
        this(message, null);
    }

    /** A refusal in one sentence, and what has caused it. */
    public AdminException(String message, @Nullable Throwable cause) {
        super(requireNonNull(message, "message"), cause);
    }
}
