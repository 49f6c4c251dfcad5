package org.lvs4j.internal.connection;

import org.lvs4j.net.ConnectionState;

/** Questions about states by their ordinals, answered without a copy of the enum's values. */
final class ConnectionStates {
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
