package org.lvs4j.plane;

import org.lvs4j.Director;

/**
 * What a {@link PacketPlane} has decided about a packet, packed into a {@code long} so that it costs nothing: an action, the
 * length of what it has written, the server, and whether there is more to fetch by {@link PacketPlane#next}.
 */
public final class PacketDecision {
    /** No server. */
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

    /** What to do. */
    public static PacketAction action(long verdict) {
        return ACTIONS[(int) verdict & 0x7F];
    }

    /** The length of the packet in the output in bytes, from the output's position on; 0 if nothing was written. */
    public static int length(long verdict) {
        return (int) verdict >>> 8;
    }

    /** Whether {@link PacketPlane#next} has a further packet. */
    public static boolean more(long verdict) {
        return (verdict & MORE) != 0;
    }

    /** The number of the real server that the packet goes to, see {@link Director#server(int)}, or {@link #NO_SERVER}. */
    public static int serverId(long verdict) {
        return (int) (verdict >> 32);
    }

    /** A verdict for logs and tests (allocates). */
    public static String toString(long verdict) {
        return action(verdict) + " length " + length(verdict)
                + (serverId(verdict) == NO_SERVER ? "" : " server " + serverId(verdict))
                + (more(verdict) ? " more" : "");
    }
}
