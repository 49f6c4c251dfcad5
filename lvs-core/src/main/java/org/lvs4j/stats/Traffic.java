package org.lvs4j.stats;

import static java.util.Objects.requireNonNull;

/**
 * Traffic counted since the counters were last reset. Immutable. "In" is from clients to servers, "out" from
 * servers to clients.
 *
 * @param connections connections scheduled
 * @param inPackets packets from clients; the socket plane counts its reads instead
 * @param outPackets packets to clients; the socket plane counts its reads instead
 * @param inBytes bytes from clients
 * @param outBytes bytes to clients
 */
public record Traffic(long connections, long inPackets, long outPackets, long inBytes, long outBytes) {
    /** All counters zero. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);

    /** The sum, counter by counter. */
    public Traffic plus(Traffic other) {
        requireNonNull(other, "other");
        return new Traffic(
                connections + other.connections,
                inPackets + other.inPackets,
                outPackets + other.outPackets,
                inBytes + other.inBytes,
                outBytes + other.outBytes);
    }

    /**
     * The difference to an earlier reading, counter by counter. Exact even if a counter has wrapped around in between.
     */
    public Traffic minus(Traffic earlier) {
        requireNonNull(earlier, "earlier");
        return new Traffic(
                connections - earlier.connections,
                inPackets - earlier.inPackets,
                outPackets - earlier.outPackets,
                inBytes - earlier.inBytes,
                outBytes - earlier.outBytes);
    }
}
