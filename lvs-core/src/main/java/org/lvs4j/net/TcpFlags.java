package org.lvs4j.net;

/**
 * The flag bits of a TCP segment (RFC 9293, section 3.1) that drive a connection's state, at their positions in byte 13
 * of the TCP header. A caller may pass that byte as it is: other bits are ignored.
 *
 * <p>If several are set, the first of {@link #RST}, {@link #SYN}, {@link #FIN}, {@link #ACK} counts, as in IPVS.
 */
public final class TcpFlags {
    /** The sender has no more data to send. */
    public static final int FIN = 0x01;
    /** Opens a connection. */
    public static final int SYN = 0x02;
    /** Resets the connection. */
    public static final int RST = 0x04;
    /** The acknowledgement number is valid: set in every segment but the client's first. */
    public static final int ACK = 0x10;

    private TcpFlags() {}
}
