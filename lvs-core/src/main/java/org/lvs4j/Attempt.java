package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * One attempt of an application to open a connection, and its outcome. Belongs to one thread.
 */
final class Attempt {
    private final @Nullable String identity;
    private final int @Nullable [] triedIds;
    private @Nullable HeldConnection held;
    private boolean onePacket;
    private boolean unidentified;

    /**
     * An attempt that has not been placed yet.
     *
     * @param identity the client's identity, if an earlier attempt has determined it; otherwise null, and a persistence
     *     engine is called
     * @param triedIds the servers that earlier attempts have tried, or null
     */
    Attempt(@Nullable String identity, int @Nullable [] triedIds) {
        this.identity = identity;
        this.triedIds = triedIds;
    }

    @Nullable
    String identity() {
        return identity;
    }

    int @Nullable [] triedIds() {
        return triedIds;
    }

    /** The connection, or null if it was refused. */
    @Nullable
    HeldConnection held() {
        return held;
    }

    /** Whether the connection carries a single datagram. */
    boolean onePacket() {
        return onePacket;
    }

    /** The persistence engine has not identified the client. */
    void refuseUnidentified() {
        unidentified = true;
    }

    /** Whether the connection was refused because the persistence engine has not identified the client. */
    boolean unidentified() {
        return unidentified;
    }

    /** Binds the connection to a server; its place under the ceiling is reserved. */
    ConnectionCursor.Insertion hold(
            HeldConnections connections,
            Flow flow,
            boolean onePacket,
            ServerState server,
            int port,
            @Nullable Template template,
            long nowNanos) {
        this.onePacket = onePacket;
        held = connections.hold(flow.protocol(), flow, !onePacket, server, port, template, nowNanos);
        return held == null ? ConnectionCursor.Insertion.NO_SERVER : ConnectionCursor.Insertion.DONE;
    }

    /** Continues a connection of the same client that lingers. Returns whether its record was still as found. */
    boolean resume(HeldConnections connections, ConnectionCursor found, Flow flow, ServerState server, long nowNanos) {
        held = connections.resume(found, flow, server, nowNanos);
        return held != null;
    }

    /** Binds a connection, opened by the key of its service, that is neither listed nor counted against the ceiling. */
    boolean holdUnlisted(HeldConnections connections, Protocol protocol, ServerState server, int port, long nowNanos) {
        held = connections.hold(protocol, null, false, server, port, null, nowNanos);
        return held != null;
    }
}
