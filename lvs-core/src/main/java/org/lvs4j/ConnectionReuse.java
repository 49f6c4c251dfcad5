package org.lvs4j;

import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.service.Sysctl;

/** The rules of IPVS for a client that starts a connection again from the same port. Thread-safe. */
final class ConnectionReuse {
    private final Settings settings;

    ConnectionReuse(Settings settings) {
        this.settings = settings;
    }

    /** Whether a packet that starts a connection replaces the connection that it finds. */
    boolean replaces(ConnectionCursor connection, ServerState server) {
        if (server.stage() == ServerState.Stage.CLOSED
                || settings.on(Sysctl.EXPIRE_NODEST_CONN) && server.weight() == 0) {
            return true;
        }
        int mode = settings.get(Sysctl.CONN_REUSE_MODE);
        if (mode == 0 || connection.hasTemplate()) {
            return false;
        }
        return switch (connection.state()) {
            case TIME_WAIT, CLOSE, SCTP_CLOSED -> true;
            case FIN_WAIT -> (mode & 2) != 0 && connection.noOutput();
            default -> false;
        };
    }
}
