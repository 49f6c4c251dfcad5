package org.lvs4j.internal.connection;

/** Which packets of a connection the director sees, and in which direction this one goes. */
public enum Direction {
    /** From the client; packets of the server pass the director as well. */
    INPUT,
    /** From the server. */
    OUTPUT,
    /** From the client; the server answers past the director. */
    INPUT_ONLY
}
