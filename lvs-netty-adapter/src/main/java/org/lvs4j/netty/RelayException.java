package org.lvs4j.netty;

import java.util.List;

/** A relay could not do what it was asked to; the message names every reason. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Unmodifiable, and of a serializable kind. */
    @SuppressWarnings("serial")
    private final List<String> problems;

    RelayException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    RelayException(String problem, Throwable cause) {
        super(problem, cause);
        problems = List.of(problem);
    }

    /** One sentence for each thing that went wrong, such as an address that could not be bound. Unmodifiable. */
    public List<String> problems() {
        return problems;
    }
}
