package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.health.HealthConfiguration;

/**
 * A file of keepalived's language as values. Immutable.
 *
 * @param health the services with their servers and checks, in the order of the file
 * @param globals what {@code global_defs} says about balancing
 * @param warnings what is not as it should be, but does no harm: old names, defaults that are easily overlooked
 * @param skipped the blocks of other parts of keepalived, which are not read
 * @param withoutEffect the keys that are right but change nothing here, each at its first place
 */
public record KeepalivedConfiguration(
        HealthConfiguration health,
        GlobalSettings globals,
        List<Remark> warnings,
        List<Remark> skipped,
        List<Remark> withoutEffect) {
    public KeepalivedConfiguration {
        requireNonNull(health, "health");
        requireNonNull(globals, "globals");
        warnings = List.copyOf(requireNonNull(warnings, "warnings"));
        skipped = List.copyOf(requireNonNull(skipped, "skipped"));
        withoutEffect = List.copyOf(requireNonNull(withoutEffect, "withoutEffect"));
    }

    /**
     * The services and servers right after a start, before any probe: without servers that have to pass a check first,
     * with the weights of servers that are down already. Tracked files count as 0. The cost is that of a start.
     */
    public DirectorConfiguration startTable() {
        return StartTable.of(health, globals);
    }
}
