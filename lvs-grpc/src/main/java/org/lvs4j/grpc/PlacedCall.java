package org.lvs4j.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import org.lvs4j.Connection;

/** A call that has a server but no stream yet. gRPC asks for its tracer as soon as it creates the stream. */
final class PlacedCall extends ClientStreamTracer.Factory {
    /** The header by which gRPC tells the server that a call is a retry or a hedge. */
    private static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
            Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);

    private final ServerChannel server;
    private final Connection connection;
    private final boolean followed;

    PlacedCall(ServerChannel server, Connection connection, boolean followed) {
        this.server = server;
        this.connection = connection;
        this.followed = followed;
    }

    void release() {
        connection.expire();
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        CallTracer tracer = new CallTracer(connection, info.getCallOptions().getDeadline());
        // The stream of a retry is made before its backoff, in which the call may end.
        if (followed || headers.containsKey(PREVIOUS_ATTEMPTS)) {
            tracer.follow();
        }
        server.started(this);
        return tracer;
    }
}
