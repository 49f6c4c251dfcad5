package org.lvs4j.netty;

/**
 * The counters and gauges of a relay at one moment. Immutable. Counters start at zero with the relay and never
 * decrease; each is exact, but they are read one after the other.
 *
 * @param openConnections open TCP connections of clients (a gauge)
 * @param accepted TCP connections accepted
 * @param refused TCP connections reset because the director had no server for them
 * @param unidentified TCP connections reset because the persistence engine of their service did not identify the client
 * @param acceptFailures pauses of accepting TCP connections, because there were no descriptors for a client and its
 *     server, or one could not be accepted; clients wait
 * @param localFailures sockets towards servers that could not be opened or used because this host had no descriptor,
 *     port or memory for them, or forbade it
 * @param connectFailures attempts to connect to a server that failed, TCP and UDP
 * @param retries TCP connections and UDP flows placed on another server after such a failure, for lack of a
 *     local port, or unanswered
 * @param unreachable TCP connections reset because every server tried had failed
 * @param unanswered TCP connections whose server ended them before its first byte, and that another server was to
 *     answer ({@link Relay.Builder#retryUnanswered})
 * @param drainedIdle TCP connections closed in order because their server, or the relay, was drained and they were idle
 * @param drainCut TCP connections reset at the end of a drain of their server or of the relay
 * @param idleTimeouts TCP connections reset because they were idle for too long
 * @param aborted TCP connections that ended by a reset or an error of either side
 * @param overConnectionLimit TCP connections reset at once because too many were open
 * @param udpFlows UDP flows, reply paths of one-packet services included (a gauge)
 * @param udpFlowsOpened UDP flows opened, reply paths of one-packet services included
 * @param datagramsDropped datagrams dropped for any reason, in both directions
 * @param overFlowLimit those of the dropped datagrams that needed a flow above the ceiling
 */
public record RelaySnapshot(
        int openConnections,
        long accepted,
        long refused,
        long unidentified,
        long acceptFailures,
        long localFailures,
        long connectFailures,
        long retries,
        long unreachable,
        long unanswered,
        long drainedIdle,
        long drainCut,
        long idleTimeouts,
        long aborted,
        long overConnectionLimit,
        int udpFlows,
        long udpFlowsOpened,
        long datagramsDropped,
        long overFlowLimit) {}
