package org.lvs4j.net;

/** Every state a connection can be in, with its name in listings and the default timeout of IPVS. */
public enum ConnectionState {
    /** Not yet decided. */
    NONE("NONE", 2, false),
    /** TCP: data flows. */
    ESTABLISHED("ESTABLISHED", 900, true),
    /** TCP: the server asked for the connection. */
    SYN_SENT("SYN_SENT", 120, true),
    /** TCP: the client asked for the connection. */
    SYN_RECV("SYN_RECV", 60, true),
    /** TCP: the server finished. */
    FIN_WAIT("FIN_WAIT", 120, false),
    /** TCP: both finished. */
    TIME_WAIT("TIME_WAIT", 120, false),
    /** TCP: reset. */
    CLOSE("CLOSE", 10, false),
    /** TCP: the client finished. */
    CLOSE_WAIT("CLOSE_WAIT", 60, false),
    /** TCP: not reached in practice. */
    LAST_ACK("LAST_ACK", 30, false),
    /** TCP: waiting for a data connection. */
    LISTEN("LISTEN", 120, false),
    /** TCP under defence: the server answered, the client's answer does not count yet. */
    SYNACK("SYNACK", 120, true),
    /** UDP: the only state. */
    UDP("UDP", 300, false),
    /** SCTP: not yet decided. */
    SCTP_NONE("NONE", 2, false),
    /** SCTP: the client's first INIT. */
    SCTP_INIT1("INIT1", 4, false),
    /** SCTP: the client asks again. */
    SCTP_INIT("INIT", 61, false),
    /** SCTP: a cookie was offered. */
    SCTP_COOKIE_SENT("C-SENT", 61, false),
    /** SCTP: a cookie came back. */
    SCTP_COOKIE_REPLIED("C-REPLIED", 61, false),
    /** SCTP: waiting for a cookie. */
    SCTP_COOKIE_WAIT("C-WAIT", 61, false),
    /** SCTP: a cookie is on its way. */
    SCTP_COOKIE("COOKIE", 61, false),
    /** SCTP: a cookie was echoed. */
    SCTP_COOKIE_ECHOED("C-ECHOED", 61, false),
    /** SCTP: data flows. */
    SCTP_ESTABLISHED("ESTABLISHED", 900, true),
    /** SCTP: the server wants to finish. */
    SCTP_SHUTDOWN_SENT("S-SENT", 61, false),
    /** SCTP: the client wants to finish. */
    SCTP_SHUTDOWN_RECEIVED("S-RECEIVED", 61, false),
    /** SCTP: the wish to finish was confirmed. */
    SCTP_SHUTDOWN_ACK_SENT("S-ACK-SENT", 61, false),
    /** SCTP: refused. */
    SCTP_REJECTED("REJECTED", 4, false),
    /** SCTP: over. */
    SCTP_CLOSED("CLOSED", 61, false);

    private final String label;
    private final int timeoutSeconds;
    private final boolean active;

    ConnectionState(String label, int timeoutSeconds, boolean active) {
        this.label = label;
        this.timeoutSeconds = timeoutSeconds;
        this.active = active;
    }

    /** The state in which a connection of a protocol starts when no packet says more. */
    public static ConnectionState initial(Protocol protocol) {
        return switch (protocol) {
            case TCP -> NONE;
            case UDP -> UDP;
            case SCTP -> SCTP_NONE;
        };
    }

    /** The name in listings. */
    public String label() {
        return label;
    }

    /** The timeout in seconds unless configured otherwise. */
    public int defaultTimeoutSeconds() {
        return timeoutSeconds;
    }

    /** Whether a connection in this state counts as active. */
    public boolean active() {
        return active;
    }
}
