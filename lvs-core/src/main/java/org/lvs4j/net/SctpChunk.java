package org.lvs4j.net;

/** The types of SCTP chunks (RFC 9260) that decide about an association's state. Any other type counts as {@link #DATA}. */
public final class SctpChunk {
    /** Payload, and what stands for every chunk that says nothing about the association. */
    public static final int DATA = 0;
    /** Opens an association. */
    public static final int INIT = 1;
    /** Answers {@link #INIT}. */
    public static final int INIT_ACK = 2;
    /** Ends an association at once. */
    public static final int ABORT = 6;
    /** The sender has no more data. */
    public static final int SHUTDOWN = 7;
    /** Answers {@link #SHUTDOWN}. */
    public static final int SHUTDOWN_ACK = 8;
    /** Reports an error. */
    public static final int ERROR = 9;
    /** Returns the cookie of {@link #INIT_ACK}. */
    public static final int COOKIE_ECHO = 10;
    /** Accepts the cookie. */
    public static final int COOKIE_ACK = 11;
    /** Ends an association in order. */
    public static final int SHUTDOWN_COMPLETE = 14;

    private SctpChunk() {}
}
