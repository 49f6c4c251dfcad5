package org.lvs4j.netty.health;

import java.util.List;

/**
 * Reports that a health monitor could not start, or could not take a configuration. The message names every reason.
 */
public final class HealthMonitorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // The list of List.copyOf is serializable.
    private final List<String> problems;

    HealthMonitorException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    HealthMonitorException(String problem, Throwable cause) {
        super(problem, cause);
        problems = List.of(problem);
    }

    /** One sentence for each problem, such as a check that this host does not allow; unmodifiable. */
    public List<String> problems() {
        return problems;
    }
}
