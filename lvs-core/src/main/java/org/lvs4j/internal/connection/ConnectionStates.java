package org.lvs4j.internal.connection;

import org.lvs4j.net.ConnectionState;

/**
 * The directions of the state tables, and properties of states by their ordinals, without a copy of the enum's values.
 */
final class ConnectionStates {
    /** Direction of a packet from the client, if the director also sees the packets of the server. */
    static final int INPUT = 0;
    /** Direction of a packet from the server. */
    static final int OUTPUT = 1;
    /** Direction of a packet from the client, if the server answers past the director. */
    static final int INPUT_ONLY = 2;

    static final int DIRECTIONS = 3;

    private static final ConnectionState[] BY_ORDINAL = ConnectionState.values();
    private static final long ACTIVE = activeBits();

    private ConnectionStates() {}

    private static long activeBits() {
        long bits = 0;
        for (ConnectionState state : BY_ORDINAL) {
            bits |= state.active() ? 1L << state.ordinal() : 0;
        }
        return bits;
    }

    static ConnectionState of(int ordinal) {
        return BY_ORDINAL[ordinal];
    }

    /** Whether a connection in the state of an ordinal counts as active. */
    static boolean active(int ordinal) {
        return (ACTIVE >>> ordinal & 1) != 0;
    }

    /** Whether data flows in this state, which confirms the template of the connection. */
    static boolean established(ConnectionState state) {
        return state == ConnectionState.ESTABLISHED || state == ConnectionState.SCTP_ESTABLISHED;
    }
}
