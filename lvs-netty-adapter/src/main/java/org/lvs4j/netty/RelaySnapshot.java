package org.lvs4j.netty;

/**
 * What a relay has done and is doing at one moment. Immutable. Counters start at zero with the relay and never go
 * back; each is exact, all together are read one after the other.
 *
 * @param openConnections TCP connections of clients that are open now
 * @param accepted TCP connections accepted
 * @param refused TCP connections reset because the director had no server for them
 * @param connectFailures attempts to connect to a server that failed, TCP and UDP
 * @param retries connections passed on to another server after such a failure
 * @param unreachable TCP connections reset because every server tried had failed
 * @param idleTimeouts TCP connections reset because nothing was sent for too long
 * @param aborted TCP connections that ended by a reset or an error of either side
 * @param overConnectionLimit TCP connections reset at once because too many were open
 * @param udpFlows UDP flows that exist now, reply paths of one-packet services included
 * @param udpFlowsOpened UDP flows made, reply paths of one-packet services included
 * @param datagramsDropped datagrams dropped for whatever reason, both directions
 * @param overFlowLimit those of them that needed a flow when too many existed
 */
public record RelaySnapshot(
        int openConnections,
        long accepted,
        long refused,
        long connectFailures,
        long retries,
        long unreachable,
        long idleTimeouts,
        long aborted,
        long overConnectionLimit,
        int udpFlows,
        long udpFlowsOpened,
        long datagramsDropped,
        long overFlowLimit) {}
