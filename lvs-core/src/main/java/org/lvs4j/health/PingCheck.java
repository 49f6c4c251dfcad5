package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * Passes if an ICMP echo request is answered. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 */
public record PingCheck(ProbeTarget target, CheckSchedule schedule) implements NetworkCheck {
    public PingCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
    }

    @Override
    public String kind() {
        return "PING_CHECK";
    }
}
