package org.lvs4j;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** A change of the configuration was refused. The configuration is as it was before. */
public final class DirectorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    DirectorException(Reason reason, @Nullable String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /** The kind of refusal, for programs; the message is for people. */
    public Reason reason() {
        return reason;
    }

    /** The kinds of refusal. */
    public enum Reason {
        /** A service with this key exists already. */
        SERVICE_EXISTS,
        /** No service has this key. */
        NO_SUCH_SERVICE,
        /** The service has a server with this endpoint already. */
        SERVER_EXISTS,
        /** The service has no server with this endpoint. */
        NO_SUCH_SERVER,
        /** No scheduler is registered under this name. */
        NO_SUCH_SCHEDULER,
        /** No persistence engine is registered under this name. */
        NO_SUCH_ENGINE,
        /** The parts of the change contradict each other, or a limit is reached. */
        INVALID
    }
}
