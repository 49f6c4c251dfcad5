package org.lvs4j.net;

/**
 * The SCTP chunk types (RFC 9260, section 3.2) that drive an association's state, with the numbers of the RFC. Every
 * other type counts as {@link #DATA}, as in IPVS.
 */
public final class SctpChunk {
    /** Carries payload. Also used for every other chunk that does not change an association's state. */
    public static final int DATA = 0;
    /** Opens an association. */
    public static final int INIT = 1;
    /** Answers {@link #INIT} and carries a state cookie. */
    public static final int INIT_ACK = 2;
    /** Ends an association at once. */
    public static final int ABORT = 6;
    /** The sender has no more data to send. */
    public static final int SHUTDOWN = 7;
    /** Acknowledges {@link #SHUTDOWN}. */
    public static final int SHUTDOWN_ACK = 8;
    /** Reports an error. */
    public static final int ERROR = 9;
    /** Returns the cookie of {@link #INIT_ACK}. */
    public static final int COOKIE_ECHO = 10;
    /** Acknowledges {@link #COOKIE_ECHO}: the association is established. */
    public static final int COOKIE_ACK = 11;
    /** Acknowledges {@link #SHUTDOWN_ACK}: the association has ended. */
    public static final int SHUTDOWN_COMPLETE = 14;

    private SctpChunk() {}
}
