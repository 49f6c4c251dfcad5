package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;

/**
 * A real server with the checks that decide whether it is in service. Immutable.
 *
 * @param server its address, weight, forwarding and thresholds; port 0 stands for that of the service
 * @param checks its checks; without any it is always up
 * @param inhibitOnFailure whether it stays in the table with weight 0 while it is down ({@code inhibit_on_failure})
 * @param notifyUp the program that is run when it comes up; null for none
 * @param notifyDown the program that is run when it goes down; null for none
 */
public record MonitoredServer(
        RealServer server,
        List<Check> checks,
        boolean inhibitOnFailure,
        @Nullable Script notifyUp,
        @Nullable Script notifyDown) {
    public MonitoredServer {
        requireNonNull(server, "server");
        checks = List.copyOf(requireNonNull(checks, "checks"));
    }

    /** A server with checks, which is removed from the table while it is down. */
    public static MonitoredServer of(RealServer server, Check... checks) {
        return new MonitoredServer(server, List.of(requireNonNull(checks, "checks")), false, null, null);
    }
}
