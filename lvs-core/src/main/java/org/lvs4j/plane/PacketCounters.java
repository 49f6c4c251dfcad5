package org.lvs4j.plane;

/**
 * The packets that a {@link PacketPlane} itself has dropped since it was built. Packets that the director drops are not
 * counted here. Immutable; each value was read at a slightly different time.
 *
 * @param malformed packets dropped because their headers contradict each other or the length, the IPv4 header checksum
 *     is wrong, or an IPv4 option must not be forwarded
 * @param noRoom packets dropped because the output buffer was too small
 * @param fragmentsRefused fragments that were duplicates, overlapped, or were impossible
 * @param reassembliesTimedOut packets given up because fragments were missing for 30 s (IPv4) or 60 s (IPv6)
 * @param reassembliesDisplaced incomplete packets evicted by newer ones at the ceiling, oldest first
 * @param answersSuppressed ICMP errors not sent because of the rate limit
 */
public record PacketCounters(
        long malformed,
        long noRoom,
        long fragmentsRefused,
        long reassembliesTimedOut,
        long reassembliesDisplaced,
        long answersSuppressed) {}
