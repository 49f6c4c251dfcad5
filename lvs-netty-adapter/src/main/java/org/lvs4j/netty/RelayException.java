package org.lvs4j.netty;

import java.util.List;

/** Reports that a relay could not start or follow its director. The message names every reason, one on a line. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // The lists of List.of and List.copyOf are serializable.
    private final List<String> problems;

    RelayException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    RelayException(String problem, Throwable cause) {
        super(problem, cause);
        problems = List.of(problem);
    }

    /** One sentence for each problem, such as an address that cannot be bound; unmodifiable. */
    public List<String> problems() {
        return problems;
    }
}
