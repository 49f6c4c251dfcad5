package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * Passes if a TCP connection can be opened. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 */
public record TcpCheck(ProbeTarget target, CheckSchedule schedule) implements NetworkCheck {
    public TcpCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
    }

    @Override
    public String kind() {
        return "TCP_CHECK";
    }
}
