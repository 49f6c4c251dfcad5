package org.lvs4j.stats;

/**
 * Rates as IPVS estimates them ({@code ip_vs_est.c}, Linux 6.1): exponential averages, updated every two seconds with a
 * weight of a quarter for the newest two. Immutable.
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
