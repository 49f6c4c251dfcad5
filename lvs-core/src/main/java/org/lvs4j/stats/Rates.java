package org.lvs4j.stats;

/**
 * Averages over the last seconds, as IPVS estimates them. Immutable.
 *
 * @param connectionsPerSecond connections scheduled per second
 * @param inPacketsPerSecond packets from clients per second
 * @param outPacketsPerSecond packets to clients per second
 * @param inBytesPerSecond bytes from clients per second
 * @param outBytesPerSecond bytes to clients per second
 */
public record Rates(
        long connectionsPerSecond,
        long inPacketsPerSecond,
        long outPacketsPerSecond,
        long inBytesPerSecond,
        long outBytesPerSecond) {}
