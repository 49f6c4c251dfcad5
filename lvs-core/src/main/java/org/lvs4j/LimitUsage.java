package org.lvs4j;

/**
 * How full the tables of a director are at one moment. Immutable. What happens at the ceilings is counted in {@link
 * LimitCounters}.
 *
 * @param connections listed connections of both planes, those that linger included. It may be above the ceiling for a
 *     moment while connections are refused
 * @param maxConnections their ceiling ({@link Director.Builder#maxConnections})
 * @param templates persistence templates
 * @param maxTemplates their ceiling ({@link Director.Builder#maxTemplates})
 */
public record LimitUsage(long connections, long maxConnections, long templates, long maxTemplates) {}
