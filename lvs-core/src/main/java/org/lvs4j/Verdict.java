package org.lvs4j;

/** What becomes of a packet or of a new connection. */
public enum Verdict {
    /** A real server takes it. */
    FORWARD,
    /** No service is responsible: it is not the director's, and goes where it would go without one. */
    PASS,
    /** The service has no server for it: the client is told that the port is unreachable. */
    REJECT,
    /** It is dropped without a word. */
    DROP
}
