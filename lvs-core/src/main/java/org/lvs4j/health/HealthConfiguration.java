package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Everything that a health monitor watches. Immutable.
 *
 * @param services the services in their configured order
 * @param notifyAtStart whether the programs for servers that come up also run for servers that are up at the start
 *     ({@code rs_init_notifies})
 */
public record HealthConfiguration(List<MonitoredService> services, boolean notifyAtStart) {
    /** Nothing to watch. */
    public static final HealthConfiguration EMPTY = new HealthConfiguration(List.of(), false);

    public HealthConfiguration {
        services = List.copyOf(requireNonNull(services, "services"));
    }

    /** The services, without programs for servers that are up at the start. */
    public static HealthConfiguration of(MonitoredService... services) {
        return new HealthConfiguration(List.of(requireNonNull(services, "services")), false);
    }

    /**
     * The differences of another configuration, for people: what is removed, then what is added or changed, in the
     * configured order. Whether programs run for servers that are up at the start is not compared.
     *
     * @param wanted the new configuration
     * @return an unmodifiable list; empty if they say the same
     */
    public List<HealthChange> changesTo(HealthConfiguration wanted) {
        return HealthChanges.between(this, requireNonNull(wanted, "wanted"));
    }
}
