package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** Bytes are not a {@link DirectorState} that can be restored. */
public final class StateException extends IOException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    StateException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /** The kind of defect, for programs; the message is for people. */
    public Reason reason() {
        return reason;
    }

    /** The kinds of defects. */
    public enum Reason {
        /** The bytes are something else. */
        FOREIGN,
        /** A later release has written them. */
        NEWER,
        /** They have changed, or their end is missing. */
        DAMAGED,
        /** There are more of them than the caller allows. */
        TOO_LARGE
    }
}
