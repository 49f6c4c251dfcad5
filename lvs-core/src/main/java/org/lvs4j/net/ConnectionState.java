package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

/**
 * The states of a connection, with their names in listings and their idle timeouts: those of IPVS in Linux 6.1
 * ({@code ip_vs_proto_tcp.c}, {@code ip_vs_proto_udp.c}, {@code ip_vs_proto_sctp.c}).
 *
 * <p>A connection expires after the timeout of its state unless a packet restarts it. Only the timeouts of {@link
 * #ESTABLISHED}, {@link #FIN_WAIT} and {@link #UDP} can be configured, as {@code ipvsadm --set} does.
 *
 * <p>A connection counts as active or as inactive for its real server, which is what least-connection schedulers
 * compare. Active are {@link #ESTABLISHED}, {@link #SYN_SENT}, {@link #SYN_RECV}, {@link #SYNACK} and {@link
 * #SCTP_ESTABLISHED}; UDP is never active.
 *
 * <p>"Sent" below means seen by the director. With tunnelling and direct routing it sees the client's packets only, and
 * infers the server's.
 */
public enum ConnectionState {
    /** TCP: no segment has been classified yet. 2 s, inactive. */
    NONE("NONE", 2, false),
    /** TCP: the handshake is complete. 900 s unless configured otherwise, active. */
    ESTABLISHED("ESTABLISHED", 900, true),
    /** TCP: the server has sent the first SYN. 120 s, active. */
    SYN_SENT("SYN_SENT", 120, true),
    /** TCP: the client has sent SYN. 60 s, active. */
    SYN_RECV("SYN_RECV", 60, true),
    /**
     * TCP: the server has sent FIN and the client has not; or the client has, where only its packets are seen. 120 s
     * unless configured otherwise, inactive.
     */
    FIN_WAIT("FIN_WAIT", 120, false),
    /** TCP: both sides have sent FIN. 120 s, inactive. */
    TIME_WAIT("TIME_WAIT", 120, false),
    /** TCP: one side has sent RST, or a segment without any of the flags of {@link TcpFlags}. 10 s, inactive. */
    CLOSE("CLOSE", 10, false),
    /** TCP: the client has sent FIN and the server has not. 60 s, inactive. */
    CLOSE_WAIT("CLOSE_WAIT", 60, false),
    /** TCP: part of the state table of IPVS, but no segment leads here. 30 s, inactive. */
    LAST_ACK("LAST_ACK", 30, false),
    /** TCP: part of the state table of IPVS, for data connections announced by FTP. 120 s, inactive. */
    LISTEN("LISTEN", 120, false),
    /**
     * TCP under {@code secure_tcp}: the client has sent SYN and the server has answered, or may have where only the
     * client's packets are seen; the client's acknowledgement does not establish the connection yet. 120 s, active.
     */
    SYNACK("SYNACK", 120, true),
    /** UDP: the only state. 300 s unless configured otherwise, inactive. */
    UDP("UDP", 300, false),
    /** SCTP: no packet has been classified yet. 2 s, inactive. */
    SCTP_NONE("NONE", 2, false),
    /** SCTP: the client has sent its first INIT. 4 s, inactive. */
    SCTP_INIT1("INIT1", 4, false),
    /** SCTP: the client has sent INIT again. 61 s, inactive. */
    SCTP_INIT("INIT", 61, false),
    /** SCTP: the server has sent INIT ACK, which carries the cookie. 61 s, inactive. */
    SCTP_COOKIE_SENT("C-SENT", 61, false),
    /** SCTP: the client has returned the server's cookie in COOKIE ECHO. 61 s, inactive. */
    SCTP_COOKIE_REPLIED("C-REPLIED", 61, false),
    /** SCTP: the server has sent INIT, or the client INIT ACK. 61 s, inactive. */
    SCTP_COOKIE_WAIT("C-WAIT", 61, false),
    /** SCTP: the client has answered the server's INIT by INIT ACK, which carries the cookie. 61 s, inactive. */
    SCTP_COOKIE("COOKIE", 61, false),
    /**
     * SCTP: the server has sent COOKIE ECHO; or the client INIT ACK, where only its packets are seen. 61 s, inactive.
     */
    SCTP_COOKIE_ECHOED("C-ECHOED", 61, false),
    /** SCTP: the handshake is complete. 900 s, active. */
    SCTP_ESTABLISHED("ESTABLISHED", 900, true),
    /** SCTP: the server has sent SHUTDOWN. 61 s, inactive. */
    SCTP_SHUTDOWN_SENT("S-SENT", 61, false),
    /** SCTP: the client has sent SHUTDOWN. 61 s, inactive. */
    SCTP_SHUTDOWN_RECEIVED("S-RECEIVED", 61, false),
    /** SCTP: the server has sent SHUTDOWN ACK. 61 s, inactive. */
    SCTP_SHUTDOWN_ACK_SENT("S-ACK-SENT", 61, false),
    /** SCTP: one side has aborted the handshake. 4 s, inactive. */
    SCTP_REJECTED("REJECTED", 4, false),
    /** SCTP: the association has been shut down or aborted. 61 s, inactive. */
    SCTP_CLOSED("CLOSED", 61, false);

    private final String label;
    private final int timeoutSeconds;
    private final boolean active;

    ConnectionState(String label, int timeoutSeconds, boolean active) {
        this.label = label;
        this.timeoutSeconds = timeoutSeconds;
        this.active = active;
    }

    /** The state of a connection of a protocol before any of its packets has been classified. */
    public static ConnectionState initial(Protocol protocol) {
        return switch (requireNonNull(protocol, "protocol")) {
            case TCP -> NONE;
            case UDP -> UDP;
            case SCTP -> SCTP_NONE;
        };
    }

    /** The name in listings. Not unique: TCP and SCTP both have {@code NONE} and {@code ESTABLISHED}. */
    public String label() {
        return label;
    }

    /** The default idle timeout in seconds, 2..900. */
    public int defaultTimeoutSeconds() {
        return timeoutSeconds;
    }

    /** Whether a connection in this state counts as active. */
    public boolean active() {
        return active;
    }
}
