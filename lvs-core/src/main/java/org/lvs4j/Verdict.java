package org.lvs4j;

/** The outcome for a packet or a new connection, as in IPVS. */
public enum Verdict {
    /** Forward it to a real server. */
    FORWARD,
    /** No virtual service is responsible: let it take the route that it would take without a director. */
    PASS,
    /** The service has no server for it: answer the client with "port unreachable" (RFC 792, RFC 4443), or close. */
    REJECT,
    /** Drop it silently. */
    DROP
}
