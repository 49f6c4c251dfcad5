package org.lvs4j.stats;

/**
 * What has passed, as counted since the last zeroing. Immutable.
 *
 * @param connections connections scheduled
 * @param inPackets packets from clients; the socket plane counts reads
 * @param outPackets packets to clients
 * @param inBytes bytes from clients
 * @param outBytes bytes to clients
 */
public record Traffic(long connections, long inPackets, long outPackets, long inBytes, long outBytes) {
    /** Nothing at all. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);

    /** The sum of two. */
    public Traffic plus(Traffic other) {
        return new Traffic(
                connections + other.connections,
                inPackets + other.inPackets,
                outPackets + other.outPackets,
                inBytes + other.inBytes,
                outBytes + other.outBytes);
    }

    /** The difference to an earlier reading; exact across a wrap of the counters. */
    public Traffic minus(Traffic earlier) {
        return new Traffic(
                connections - earlier.connections,
                inPackets - earlier.inPackets,
                outPackets - earlier.outPackets,
                inBytes - earlier.inBytes,
                outBytes - earlier.outBytes);
    }
}
