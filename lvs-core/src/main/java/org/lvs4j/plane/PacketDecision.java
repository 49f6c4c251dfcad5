package org.lvs4j.plane;

import org.lvs4j.FlowDispatcher;

/**
 * The decision of a {@link PacketPlane} about a packet, packed into a {@code long} so that it costs no allocation: an
 * action, the length of the packet in the output, the real server, and whether {@link PacketPlane#next} has another
 * packet. The methods here unpack it. They are defined for values that a plane has returned; a decision carries no
 * reference and may be kept.
 */
public final class PacketDecision {
    /** The {@linkplain #serverId server} of a decision that names none. */
    public static final int NO_SERVER = -1;

    private static final PacketAction[] ACTIONS = PacketAction.values();
    private static final int MORE = 1 << 7;

    private PacketDecision() {}

    static long of(PacketAction action) {
        return of(action, NO_SERVER, 0, false);
    }

    static long of(PacketAction action, int serverId, int length, boolean more) {
        return (long) serverId << 32 | length << 8 | (more ? MORE : 0) | action.ordinal();
    }

    /** The action for the caller. */
    public static PacketAction action(long decision) {
        return ACTIONS[(int) decision & 0x7F];
    }

    /**
     * The length in bytes of the packet in the output, which starts at the output's position: 0..{@value
     * PacketPaths#MAX_MTU}; 0 if the plane wrote no packet.
     */
    public static int length(long decision) {
        return (int) decision >>> 8;
    }

    /** Whether {@link PacketPlane#next} has another packet for the same input. */
    public static boolean more(long decision) {
        return (decision & MORE) != 0;
    }

    /**
     * The id of the real server that the packet goes to, for {@link FlowDispatcher#server(int)}; {@link #NO_SERVER} if
     * the packet goes to a client, or to no destination.
     */
    public static int serverId(long decision) {
        return (int) (decision >> 32);
    }

    /** The decision as text for logs and tests, such as {@code SEND length 60 server 1}; allocates. */
    public static String toString(long decision) {
        return action(decision) + " length " + length(decision)
                + (serverId(decision) == NO_SERVER ? "" : " server " + serverId(decision))
                + (more(decision) ? " more" : "");
    }
}
