package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * One attempt of an application to open a connection, and its outcome. Belongs to one thread until it is done, and is not
 * placed again afterwards.
 */
final class Attempt {
    private final @Nullable String identity;
    private final @Nullable List<Endpoint> tried;
    private @Nullable ServiceKey service;
    private @Nullable Verdict verdict;
    private @Nullable HeldConnection held;
    private boolean onePacket;
    private boolean unidentified;
    // Racy: two threads that report at the same moment may both be heard.
    private boolean answered;
    private boolean failed;

    /**
     * An attempt that has not been placed yet.
     *
     * @param identity the client's identity, if an earlier attempt has determined it; otherwise null, and a persistence
     *     engine is called
     * @param tried the servers that earlier attempts have tried, or null. A server that is replaced meanwhile by one of the same
     *     address counts as tried
     */
    Attempt(@Nullable String identity, @Nullable List<Endpoint> tried) {
        this.identity = identity;
        this.tried = tried;
    }

    @Nullable
    String identity() {
        return identity;
    }

    @Nullable
    List<Endpoint> tried() {
        return tried;
    }

    /** Notes the outcome. */
    Attempt done(@Nullable ServiceKey responsible, Verdict outcome) {
        service = responsible;
        verdict = outcome;
        return this;
    }

    /** The key of the service responsible, or null if none is. */
    @Nullable
    ServiceKey service() {
        return service;
    }

    Verdict verdict() {
        return requireNonNull(verdict, "verdict");
    }

    /** The connection, or null if it was refused. */
    @Nullable
    HeldConnection held() {
        return held;
    }

    /** Whether the connection carries a single datagram. */
    boolean onePacket() {
        return held != null && onePacket;
    }

    /** The persistence engine has not identified the client. */
    void refuseUnidentified() {
        unidentified = true;
    }

    /** Whether the connection was refused because the persistence engine has not identified the client. */
    boolean unidentified() {
        return unidentified;
    }

    /** Notes that the server has answered. Returns whether it had not before. */
    boolean firstAnswer() {
        boolean first = !answered;
        answered = true;
        return first;
    }

    /** Notes that the server has failed. Returns whether it had not before. */
    boolean firstFailure() {
        boolean first = !failed;
        failed = true;
        return first;
    }

    /** Whether the server has failed. */
    boolean failed() {
        return failed;
    }

    /** Binds the connection to a server; its place under the ceiling is reserved. */
    ConnectionCursor.Insertion hold(
            HeldConnections connections,
            Flow flow,
            boolean singleDatagram,
            ServerState server,
            int port,
            @Nullable Template template,
            long nowNanos) {
        onePacket = singleDatagram;
        held = connections.hold(flow.protocol(), flow, !singleDatagram, server, port, template, nowNanos);
        return held == null ? ConnectionCursor.Insertion.NO_SERVER : ConnectionCursor.Insertion.DONE;
    }

    /** Continues a connection of the same client that lingers. Returns whether its record was still as found. */
    boolean resume(HeldConnections connections, ConnectionCursor found, Flow flow, ServerState server, long nowNanos) {
        held = connections.resume(found, flow, server, nowNanos);
        return held != null;
    }

    /** Binds a connection, opened by the key of its service, that is neither listed nor counted against the ceiling. */
    boolean holdUnlisted(
            HeldConnections connections,
            Protocol protocol,
            ServerState server,
            int port,
            @Nullable Template template,
            long nowNanos) {
        held = connections.hold(protocol, null, false, server, port, template, nowNanos);
        return held != null;
    }
}
