package org.lvs4j.examples.standalone.top;

import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.Snapshot.Server;
import org.lvs4j.examples.standalone.top.Snapshot.ServerHealth;

/** Whether a server gets new connections, and why not; the order is that of the column. */
enum ServerState {
    /** Its checks take it out. */
    DOWN("DOWN"),
    /** Its connections are being ended, or end by themselves. */
    DRAINING("draining"),
    /** Its drain is over. */
    DRAINED("drained"),
    /** It has weight 0. */
    QUIESCED("quiesced"),
    /** Its upper threshold keeps new connections away. */
    FULL("full"),
    UP("up");

    private final String label;

    ServerState(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** The state of a server that the director has. */
    static ServerState of(Server server, @Nullable String drainPhase, @Nullable ServerHealth health) {
        if (health != null && !health.up()) {
            return DOWN;
        } else if (server.status().draining()) {
            return "drained".equals(drainPhase) ? DRAINED : DRAINING;
        } else if (server.weight() == 0) {
            return QUIESCED;
        }
        return server.status().overloaded() ? FULL : UP;
    }
}
