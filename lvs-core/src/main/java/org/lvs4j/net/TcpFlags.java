package org.lvs4j.net;

/**
 * The flag bits of a TCP segment (RFC 9293) that decide about a connection's state, as they lie in the low bits of byte 13 of
 * the TCP header. Other bits of that byte may be set beside them; they are ignored.
 */
public final class TcpFlags {
    /** The sender has no more data. */
    public static final int FIN = 0x01;
    /** Opens a connection. */
    public static final int SYN = 0x02;
    /** Resets the connection. */
    public static final int RST = 0x04;
    /** The acknowledgement number is valid: set in every segment but the first. */
    public static final int ACK = 0x10;

    private TcpFlags() {}
}
