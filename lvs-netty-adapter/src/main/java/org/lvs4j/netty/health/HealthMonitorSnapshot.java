package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.health.ServiceHealth;

/**
 * The health of everything that a monitor watches, and its counters, at one moment. Immutable. Times are those of {@link
 * System#nanoTime()}.
 *
 * @param services the health of each service; unmodifiable
 * @param running probes under way
 * @param waiting probes that wait because too many are under way, or that are made again
 * @param probes probes that were started
 * @param passed probes that passed
 * @param failed probes that failed
 * @param cancelled probes that were ended without a result
 * @param notMade probes that this host could not make, for instance without a descriptor; each is made again
 * @param delayed probes that had to wait because too many were under way
 * @param changes changes of the director's table
 * @param changesRefused changes that the director has refused
 * @param scripts notification programs that were started
 * @param scriptFailures those that could not be run, were terminated, or exited with another status than 0
 * @param scriptsDropped those that were not run because too many were waiting
 * @param linesDropped lines that found no room in the FIFO
 */
public record HealthMonitorSnapshot(
        List<ServiceHealth> services,
        int running,
        int waiting,
        long probes,
        long passed,
        long failed,
        long cancelled,
        long notMade,
        long delayed,
        long changes,
        long changesRefused,
        long scripts,
        long scriptFailures,
        long scriptsDropped,
        long linesDropped) {
    public HealthMonitorSnapshot {
        services = List.copyOf(requireNonNull(services, "services"));
    }

    static HealthMonitorSnapshot of(List<ServiceHealth> services, int running, int waiting, MonitorCounters counters) {
        return new HealthMonitorSnapshot(
                services,
                running,
                waiting,
                counters.probes.sum(),
                counters.passed.sum(),
                counters.failed.sum(),
                counters.cancelled.sum(),
                counters.notMade.sum(),
                counters.delayed.sum(),
                counters.changes.sum(),
                counters.changesRefused.sum(),
                counters.scripts.sum(),
                counters.scriptFailures.sum(),
                counters.scriptsDropped.sum(),
                counters.linesDropped.sum());
    }
}
