package org.lvs4j;

/**
 * How often a ceiling or a defence has interfered since the director was built. Immutable.
 *
 * @param connectionsRefused connections dropped because the table was at its ceiling
 *     ({@link Director.Builder#maxConnections})
 * @param lingeringCut closed connections that did not linger for their time because the table was three quarters
 *     full, or full ({@link Director.Builder#linger})
 * @param templatesEvicted persistence templates evicted at their ceiling ({@link Director.Builder#maxTemplates}); the
 *     client's next connection is scheduled again
 * @param packetsDropped packets dropped by the sysctl {@code drop_packet}
 * @param entriesDropped connections and templates dropped by the sysctl {@code drop_entry}
 */
public record LimitCounters(
        long connectionsRefused, long lingeringCut, long templatesEvicted, long packetsDropped, long entriesDropped) {}
