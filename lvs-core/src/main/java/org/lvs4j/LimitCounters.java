package org.lvs4j;

/**
 * How often a limit or a defence has interfered, since the director was made. Immutable.
 *
 * @param connectionsRefused connections dropped because the table was at its ceiling
 * @param templatesEvicted clients that lost their server because there were too many templates
 * @param packetsDropped packets dropped by {@code drop_packet}
 * @param entriesDropped connections and templates dropped by {@code drop_entry}
 */
public record LimitCounters(long connectionsRefused, long templatesEvicted, long packetsDropped, long entriesDropped) {}
