package org.lvs4j;

import static java.util.Objects.requireNonNull;

/** A change of the configuration that the director cannot make; it has then changed nothing. */
public final class DirectorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    DirectorException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /** Why, for a program. */
    public Reason reason() {
        return reason;
    }

    /** The kinds of refusal. */
    public enum Reason {
        /** There is such a service already. */
        SERVICE_EXISTS,
        /** There is no such service. */
        NO_SUCH_SERVICE,
        /** There is such a server in the service already. */
        SERVER_EXISTS,
        /** There is no such server in the service. */
        NO_SUCH_SERVER,
        /** No scheduler of that name is at hand. */
        NO_SUCH_SCHEDULER,
        /** No persistence engine of that name is at hand. */
        NO_SUCH_ENGINE,
        /** The parts of the change do not go together. */
        INVALID
    }
}
