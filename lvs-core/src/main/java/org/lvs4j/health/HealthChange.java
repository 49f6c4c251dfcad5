package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A difference between two configurations, see {@link HealthConfiguration#changesTo}. Immutable.
 *
 * @param kind what happens to the check; or to the server, if there is no check; or to the service, if there is no server
 * @param service the service, as it is afterwards unless it is removed
 * @param server the server, as it is afterwards unless it is removed; null for a change of the service itself
 * @param check the check, as it is afterwards unless it is removed; null for a change of the server itself
 * @param details what has changed, or what has been added, in a few words; may be empty
 */
public record HealthChange(
        Kind kind,
        MonitoredService service,
        @Nullable MonitoredServer server,
        @Nullable Check check,
        String details) {
    /** What happens. */
    public enum Kind {
        /** It is in the new configuration only. */
        ADDED,
        /** It is in the old configuration only. */
        REMOVED,
        /** It is in both, with other values. */
        CHANGED
    }

    public HealthChange {
        requireNonNull(kind, "kind");
        requireNonNull(service, "service");
        requireNonNull(details, "details");
    }

    /** For example {@code + TCP 10.0.0.1:80 -> 10.0.0.11:80: weight 1}; the signs are {@code +}, {@code -} and {@code ~}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                switch (kind) {
                    case ADDED -> '+';
                    case REMOVED -> '-';
                    case CHANGED -> '~';
                });
        text.append(' ').append(service);
        if (server != null) {
            text.append(" -> ").append(ServiceId.endpoint(service, server.server()));
        }
        if (check != null) {
            text.append(' ').append(check.kind());
        }
        return details.isEmpty()
                ? text.toString()
                : text.append(": ").append(details).toString();
    }
}
