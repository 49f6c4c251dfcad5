package org.lvs4j;

/**
 * The decision about a packet, packed into a {@code long} so that it needs no allocation: a {@link Verdict} and, with
 * {@link Verdict#FORWARD}, the real server, the port at it, and whether the server answers the client directly.
 */
public final class Decision {
    /** No decision: there is no connection. Every other decision is zero or positive. */
    public static final long NONE = -1;

    private static final Verdict[] VERDICTS = Verdict.values();
    private static final long DIRECT = 1L << 24;

    private Decision() {}

    static long of(Verdict verdict) {
        return verdict.ordinal();
    }

    static long forward(int serverId, int port, boolean direct) {
        return (long) serverId << 32 | (direct ? DIRECT : 0) | (long) port << 8 | Verdict.FORWARD.ordinal();
    }

    /**
     * The decision from the result of {@code ConnectionTable.follow}, which has the same layout above the verdict.
     */
    static long forward(long followed) {
        return followed << 8 | Verdict.FORWARD.ordinal();
    }

    /**
     * The verdict of a decision.
     *
     * @param decision not {@link #NONE}
     * @throws IllegalArgumentException if it is {@link #NONE} or was not made by a dispatcher
     */
    public static Verdict verdict(long decision) {
        int ordinal = (int) decision & 0xFF;
        if (ordinal >= VERDICTS.length) {
            throw new IllegalArgumentException(decision == NONE ? "NONE has no verdict" : decision + " is no decision");
        }
        return VERDICTS[ordinal];
    }

    /**
     * The id of the server to forward to, 1..16777215; see {@link FlowDispatcher#server(int)}.
     *
     * @param decision one with {@link Verdict#FORWARD}
     */
    public static int serverId(long decision) {
        return (int) (decision >>> 32);
    }

    /**
     * The port at the server, 0..65535.
     *
     * @param decision one with {@link Verdict#FORWARD}
     */
    public static int port(long decision) {
        return (int) (decision >>> 8) & 0xFFFF;
    }

    /**
     * Whether the connection was made for a server that answers the client directly (tunnelling or direct routing)
     * rather than for a masqueraded one. A later edit of the server does not change it.
     *
     * @param decision one with {@link Verdict#FORWARD}
     */
    public static boolean direct(long decision) {
        return (decision & DIRECT) != 0;
    }
}
