package org.lvs4j;

/**
 * The three idle timeouts that {@code ipvsadm --set} knows, in seconds. Immutable.
 *
 * @param tcp of established TCP connections
 * @param tcpFin of TCP connections that the server has finished
 * @param udp of UDP flows
 */
public record TimeoutSettings(int tcp, int tcpFin, int udp) {}
