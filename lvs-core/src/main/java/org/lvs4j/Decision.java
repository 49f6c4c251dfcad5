package org.lvs4j;

/**
 * The answer to a packet, packed into a {@code long} so that it costs nothing: a {@link Verdict}, and with
 * {@link Verdict#FORWARD} the real server and its port.
 */
public final class Decision {
    private static final Verdict[] VERDICTS = Verdict.values();

    /** No decision: there is no connection. No other value of a decision is negative. */
    public static final long NONE = -1;

    private static final long DIRECT = 1L << 24;

    private Decision() {}

    static long of(Verdict verdict) {
        return verdict.ordinal();
    }

    static long forward(int serverId, int port, boolean direct) {
        return (long) serverId << 32 | (direct ? DIRECT : 0) | (long) port << 8 | Verdict.FORWARD.ordinal();
    }

    /** To forward a packet that the connection table has followed: its answer looks the same, but for the verdict. */
    static long forward(long followed) {
        return followed << 8 | Verdict.FORWARD.ordinal();
    }

    /** Whether the connection was made for a server that answers the client itself, rather than for a masqueraded one. */
    public static boolean direct(long decision) {
        return (decision & DIRECT) != 0;
    }

    /** What becomes of the packet. */
    public static Verdict verdict(long decision) {
        return VERDICTS[(int) decision & 0xFF];
    }

    /** The number of the server to forward to; see {@link Director#server(int)}. */
    public static int serverId(long decision) {
        return (int) (decision >>> 32);
    }

    /** The port at the server. */
    public static int port(long decision) {
        return (int) (decision >>> 8) & 0xFFFF;
    }
}
